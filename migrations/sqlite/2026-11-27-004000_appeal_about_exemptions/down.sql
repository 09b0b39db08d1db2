PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, 'notice_id TEXT REFERENCES', 'notice_id TEXT NOT NULL REFERENCES')
WHERE type = 'table' AND name = 'appeals';
PRAGMA writable_schema = RESET;
CREATE TABLE read_the_schema_again (id TEXT);
DROP TABLE read_the_schema_again;
ALTER TABLE exemptions DROP COLUMN effective_until;
DROP INDEX appeals_of_exemption;
ALTER TABLE appeals DROP COLUMN exemption_id;
