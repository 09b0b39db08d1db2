-- Files come in for an application too, and letters tell how an application stands. As for the receipts, other tables refer to
-- these ones, so only their words change.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, 'licence_id TEXT NOT NULL REFERENCES licences (id)', 'licence_id TEXT REFERENCES licences (id)')
WHERE type = 'table' AND name = 'documents';
UPDATE sqlite_schema
SET sql = replace(sql, '''decision'', ''receipt'')', '''decision'', ''receipt'', ''application'')')
WHERE type = 'table' AND name = 'letters';
PRAGMA writable_schema = RESET;
CREATE TABLE read_the_schema_again (id TEXT);
DROP TABLE read_the_schema_again;

ALTER TABLE documents ADD COLUMN application_id TEXT REFERENCES applications (id);
CREATE UNIQUE INDEX documents_of_application ON documents (application_id, sha256);
ALTER TABLE application_forms ADD COLUMN papers TEXT NOT NULL DEFAULT '[]';
