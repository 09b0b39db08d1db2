ALTER TABLE exemptions DROP COLUMN letters;
