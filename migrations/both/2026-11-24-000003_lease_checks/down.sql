ALTER TABLE checks DROP COLUMN leased_until;
