-- The letters that the service wrote about an exemption, each with how it was served.
ALTER TABLE exemptions ADD COLUMN letters TEXT NOT NULL DEFAULT '[]';
