DROP INDEX appeals_of_proceeding;
DROP INDEX notices_of_proceeding;
ALTER TABLE appeals DROP COLUMN proceeding_id;
ALTER TABLE notices DROP COLUMN proceeding_id;
ALTER TABLE licences DROP COLUMN version;
DROP TABLE licence_versions;
DROP TABLE proceedings;
