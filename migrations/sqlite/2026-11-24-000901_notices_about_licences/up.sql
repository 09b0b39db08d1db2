-- Notices and appeals are about proceedings on licences, too.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, 'application_id TEXT NOT NULL REFERENCES', 'application_id TEXT REFERENCES')
WHERE type = 'table' AND name IN ('notices', 'appeals');
UPDATE sqlite_schema
SET sql = replace(
    sql, '''grant'', ''refusal'')',
    '''grant'', ''refusal'', ''proposed_variation'', ''variation'', ''refusal_to_vary'', ''proposed_revocation'', ''revocation'', ''refusal_to_revoke'')'
)
WHERE type = 'table' AND name = 'notices';
PRAGMA writable_schema = RESET;
CREATE TABLE read_the_schema_again (id TEXT);
DROP TABLE read_the_schema_again;
