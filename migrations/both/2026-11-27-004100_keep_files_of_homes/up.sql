-- What an officer found at a home is kept without a licence or an application, once.
CREATE UNIQUE INDEX documents_of_home_alone ON documents (property_id, sha256)
WHERE licence_id IS NULL AND application_id IS NULL;
