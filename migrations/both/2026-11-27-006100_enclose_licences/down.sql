ALTER TABLE letters DROP COLUMN enclosure;
DROP TABLE enclosures;
