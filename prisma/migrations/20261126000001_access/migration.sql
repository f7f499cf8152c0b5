-- CreateTable
CREATE TABLE "api_key" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "department_code" TEXT,
    "roles" TEXT[],
    "scopes" TEXT[],
    "hash" BYTEA NOT NULL,
    "former_hash" BYTEA,
    "former_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "rotated_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by" TEXT,

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access_grant" (
    "id" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "grantee" TEXT NOT NULL,
    "feed_id" TEXT NOT NULL,
    "property" TEXT,
    "register" TEXT,
    "coarse_position" BOOLEAN NOT NULL,
    "coarse_value" BOOLEAN NOT NULL,
    "hide_names" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,
    "valid_from" TIMESTAMPTZ(3) NOT NULL,
    "valid_until" TIMESTAMPTZ(3),
    "granted_at" TIMESTAMPTZ(3) NOT NULL,
    "granted_by" TEXT NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by" TEXT,

    CONSTRAINT "access_grant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "blocked_person" (
    "id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "blocked_at" TIMESTAMPTZ(3) NOT NULL,
    "blocked_by" TEXT NOT NULL,

    CONSTRAINT "blocked_person_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "api_key_department_code_idx" ON "api_key"("department_code");

-- CreateIndex
CREATE INDEX "access_grant_grantee_idx" ON "access_grant"("grantee");

-- CreateIndex
CREATE INDEX "access_grant_owner_idx" ON "access_grant"("owner");

-- AddForeignKey
ALTER TABLE "access_grant" ADD CONSTRAINT "access_grant_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- CreateTable
CREATE TABLE "warning_audience" (
    "identifier" TEXT NOT NULL,
    "audience" TEXT NOT NULL,
    "division_code" TEXT NOT NULL,

    CONSTRAINT "warning_audience_pkey" PRIMARY KEY ("identifier","audience","division_code")
);
