-- Letters get the kind "receipt". Other tables refer to this one, so it is not made anew: only the words of its CHECK change, in
-- the way that SQLite's manual gives (ALTER TABLE, 7). The table that comes and goes tells other connections to read it again.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, '(''demand'', ''digest'', ''decision'')', '(''demand'', ''digest'', ''decision'', ''receipt'')')
WHERE type = 'table' AND name = 'letters';
PRAGMA writable_schema = RESET;
CREATE TABLE read_the_schema_again (id TEXT);
DROP TABLE read_the_schema_again;
