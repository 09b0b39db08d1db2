ALTER TABLE licence_versions DROP COLUMN named;
