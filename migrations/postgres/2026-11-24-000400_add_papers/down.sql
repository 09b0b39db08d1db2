DROP INDEX documents_of_application;
ALTER TABLE application_forms DROP COLUMN papers;
DELETE FROM documents WHERE application_id IS NOT NULL;
ALTER TABLE documents DROP COLUMN application_id;
ALTER TABLE documents ALTER COLUMN licence_id SET NOT NULL;
ALTER TABLE letters DROP CONSTRAINT letters_kind_check;
ALTER TABLE letters ADD CONSTRAINT letters_kind_check CHECK (kind IN ('demand', 'digest', 'decision', 'receipt'));
