-- Files come in for an application too, and letters tell how an application stands.
ALTER TABLE documents ALTER COLUMN licence_id DROP NOT NULL;
ALTER TABLE letters DROP CONSTRAINT letters_kind_check;
ALTER TABLE letters ADD CONSTRAINT letters_kind_check
    CHECK (kind IN ('demand', 'digest', 'decision', 'receipt', 'application'));

ALTER TABLE documents ADD COLUMN application_id TEXT REFERENCES applications (id);
CREATE UNIQUE INDEX documents_of_application ON documents (application_id, sha256);
ALTER TABLE application_forms ADD COLUMN papers TEXT NOT NULL DEFAULT '[]';
