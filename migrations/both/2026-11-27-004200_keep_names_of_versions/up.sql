-- Whom and what each version of a licence named when it was made.
ALTER TABLE licence_versions ADD COLUMN named TEXT;
