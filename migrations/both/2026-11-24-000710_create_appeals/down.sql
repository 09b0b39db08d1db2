ALTER TABLE applications DROP COLUMN effective_until;
DROP TABLE appeals;
