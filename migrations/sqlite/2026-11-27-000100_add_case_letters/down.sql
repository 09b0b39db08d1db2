PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, '''referral'', ''reference'', ''enforcement'', ''exemption'', ''enquiry'')', '''referral'', ''reference'')')
WHERE type = 'table' AND name = 'letters';
PRAGMA writable_schema = RESET;
CREATE TABLE read_the_schema_again (id TEXT);
DROP TABLE read_the_schema_again;
