-- Who answers for what, apart from where it lies: a division knows its place, a jurisdiction its duty.
CREATE TABLE "jurisdiction" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name_zh" TEXT NOT NULL,
    "name_en" TEXT,
    "parent_id" TEXT,
    "valid_from" DATE NOT NULL,
    "valid_to" DATE,

    CONSTRAINT "jurisdiction_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "jurisdiction_area" (
    "id" TEXT NOT NULL,
    "jurisdiction_id" TEXT NOT NULL,
    "division_code" TEXT,
    "area" JSONB,
    "valid_from" DATE NOT NULL,
    "valid_to" DATE,
    "source" TEXT NOT NULL,

    CONSTRAINT "jurisdiction_area_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "jurisdiction_area_jurisdiction_id_idx" ON "jurisdiction_area"("jurisdiction_id");

ALTER TABLE "jurisdiction" ADD CONSTRAINT "jurisdiction_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "jurisdiction"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "jurisdiction_area" ADD CONSTRAINT "jurisdiction_area_jurisdiction_id_fkey" FOREIGN KEY ("jurisdiction_id") REFERENCES "jurisdiction"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- An area is a division or a polygon, and every span of time is one.
ALTER TABLE "jurisdiction_area" ADD CHECK (num_nonnulls(division_code, area) = 1), ADD CHECK (valid_to IS NULL OR valid_to > valid_from);
ALTER TABLE "jurisdiction" ADD CHECK (valid_to IS NULL OR valid_to > valid_from);
