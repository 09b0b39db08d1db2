DROP INDEX documents_of_application;
ALTER TABLE application_forms DROP COLUMN papers;
DELETE FROM documents WHERE application_id IS NOT NULL;
ALTER TABLE documents DROP COLUMN application_id;
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, 'licence_id TEXT REFERENCES licences (id)', 'licence_id TEXT NOT NULL REFERENCES licences (id)')
WHERE type = 'table' AND name = 'documents';
UPDATE sqlite_schema
SET sql = replace(sql, '''decision'', ''receipt'', ''application'')', '''decision'', ''receipt'')')
WHERE type = 'table' AND name = 'letters';
PRAGMA writable_schema = RESET;
CREATE TABLE read_the_schema_again (id TEXT);
DROP TABLE read_the_schema_again;
