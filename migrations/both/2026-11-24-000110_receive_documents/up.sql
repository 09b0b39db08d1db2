-- Files that are sent in. Their bytes lie outside the database, under their hash; the same bytes count once for a home and licence.

CREATE TABLE documents (
    id TEXT NOT NULL PRIMARY KEY,
    licence_id TEXT NOT NULL REFERENCES licences (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    bytes BIGINT NOT NULL,
    name TEXT NOT NULL,
    sender_account TEXT REFERENCES accounts (id),
    sender_party TEXT REFERENCES parties (id),
    received_at TIMESTAMP NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unscanned', 'pending', 'clean', 'infected')),
    scanned_at TIMESTAMP,
    finding TEXT,
    revision BIGINT NOT NULL,
    UNIQUE (licence_id, property_id, sha256)
);
CREATE INDEX documents_of_property ON documents (property_id, id);
CREATE INDEX documents_by_state ON documents (state, id);
CREATE INDEX documents_by_hash ON documents (sha256);
CREATE INDEX documents_of_sender ON documents (sender_party);

CREATE TABLE response_documents (
    response_id TEXT NOT NULL REFERENCES responses (id),
    document_id TEXT NOT NULL REFERENCES documents (id),
    PRIMARY KEY (response_id, document_id)
);
CREATE INDEX responses_with_document ON response_documents (document_id);

CREATE TABLE certificate_documents (
    certificate_id TEXT NOT NULL REFERENCES certificates (id),
    document_id TEXT NOT NULL REFERENCES documents (id),
    PRIMARY KEY (certificate_id, document_id)
);
CREATE INDEX certificates_with_document ON certificate_documents (document_id);
