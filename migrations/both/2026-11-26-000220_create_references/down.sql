ALTER TABLE accounts DROP COLUMN keeps_references;
DROP TABLE reference_requests;
