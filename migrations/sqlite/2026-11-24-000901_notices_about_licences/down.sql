PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(
    sql,
    '''grant'', ''refusal'', ''proposed_variation'', ''variation'', ''refusal_to_vary'', ''proposed_revocation'', ''revocation'', ''refusal_to_revoke'')',
    '''grant'', ''refusal'')'
)
WHERE type = 'table' AND name = 'notices';
UPDATE sqlite_schema
SET sql = replace(sql, 'application_id TEXT REFERENCES', 'application_id TEXT NOT NULL REFERENCES')
WHERE type = 'table' AND name IN ('notices', 'appeals');
PRAGMA writable_schema = RESET;
CREATE TABLE read_the_schema_again (id TEXT);
DROP TABLE read_the_schema_again;
