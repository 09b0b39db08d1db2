-- A refusal to vary or to revoke is proposed before it is decided.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(
    sql, '''refusal_to_revoke'')',
    '''refusal_to_revoke'', ''proposed_refusal_to_vary'', ''proposed_refusal_to_revoke'')'
)
WHERE type = 'table' AND name = 'notices';
PRAGMA writable_schema = RESET;
CREATE TABLE read_the_schema_again (id TEXT);
DROP TABLE read_the_schema_again;
