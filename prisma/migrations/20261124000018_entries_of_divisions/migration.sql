-- CreateIndex
CREATE INDEX "register_entry_division_code_idx" ON "register_entry"("division_code");
