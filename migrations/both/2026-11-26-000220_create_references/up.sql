-- Requests for a reference about a tenant: kept for a short time only, and read by few.

CREATE TABLE reference_requests (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('received', 'checking', 'issued', 'landlord_decision', 'withdrawn', 'disposed_of')),
    landlord_id TEXT REFERENCES parties (id),
    property_id TEXT REFERENCES properties (id),
    tenant TEXT,
    covers TEXT,
    consent_on DATE,
    consent_how TEXT CHECK (consent_how IN ('signed_form', 'email', 'in_person')),
    received_on DATE NOT NULL,
    checks TEXT NOT NULL,
    colour TEXT CHECK (colour IN ('green', 'amber', 'red')),
    reasons TEXT,
    issued_on DATE,
    issued_by TEXT REFERENCES accounts (id),
    letter_id TEXT REFERENCES letters (id),
    decision TEXT CHECK (decision IN ('let', 'not_let', 'not_told')),
    decided_on DATE,
    retain_until DATE NOT NULL,
    disposed_on DATE,
    revision BIGINT NOT NULL,
    received_at TIMESTAMP NOT NULL
);
CREATE INDEX reference_requests_in_state ON reference_requests (state, id);
CREATE INDEX reference_requests_to_dispose_of ON reference_requests (retain_until, id) WHERE disposed_on IS NULL;

-- Which officers work them, whatever else their role allows.
ALTER TABLE accounts ADD COLUMN keeps_references BOOLEAN NOT NULL DEFAULT FALSE;
