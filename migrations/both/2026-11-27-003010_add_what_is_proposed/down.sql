ALTER TABLE proceedings DROP COLUMN proposed;
