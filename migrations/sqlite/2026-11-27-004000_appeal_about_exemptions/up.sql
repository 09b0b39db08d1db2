-- Appeals against refusals of temporary exemption notices, and until when having asked for one protects (s.95(7) to (9)).
ALTER TABLE appeals ADD COLUMN exemption_id TEXT REFERENCES exemptions (id);
CREATE INDEX appeals_of_exemption ON appeals (exemption_id, id);
ALTER TABLE exemptions ADD COLUMN effective_until DATE;
UPDATE exemptions SET effective_until = coalesce(json_extract(appeal_by, '$.on'), decided_on);
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, 'notice_id TEXT NOT NULL REFERENCES', 'notice_id TEXT REFERENCES')
WHERE type = 'table' AND name = 'appeals';
PRAGMA writable_schema = RESET;
CREATE TABLE read_the_schema_again (id TEXT);
DROP TABLE read_the_schema_again;
