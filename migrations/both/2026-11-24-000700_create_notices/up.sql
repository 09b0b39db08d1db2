-- Notices under Schedule 5: one document, many recipients, and what is said of a proposal.

CREATE TABLE notices (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('proposed_grant', 'proposed_refusal', 'grant', 'refusal')),
    property_id TEXT NOT NULL REFERENCES properties (id),
    application_id TEXT NOT NULL REFERENCES applications (id),
    licence_id TEXT REFERENCES licences (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'issued', 'served', 'withdrawn')),
    is_modified BOOLEAN NOT NULL,
    reasons TEXT NOT NULL,
    terms TEXT,
    stated TEXT,
    author_id TEXT REFERENCES accounts (id),
    dated_on DATE NOT NULL,
    serve_by TEXT,
    issued_at TIMESTAMP,
    served_on DATE,
    period TEXT,
    ends_on DATE,
    reason TEXT,
    revision BIGINT NOT NULL,
    drafted_at TIMESTAMP NOT NULL
);
CREATE INDEX notices_of_application ON notices (application_id, id);
CREATE INDEX notices_of_property ON notices (property_id, id);
CREATE INDEX notices_by_state ON notices (state, id);

CREATE TABLE notice_copies (
    id TEXT NOT NULL PRIMARY KEY,
    notice_id TEXT NOT NULL REFERENCES notices (id),
    party_id TEXT NOT NULL REFERENCES parties (id),
    capacity TEXT NOT NULL CHECK (capacity IN ('holder', 'manager', 'agent', 'owner', 'mortgagee', 'bound', 'other')),
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'served', 'returned')),
    letter_id TEXT,
    method TEXT,
    address TEXT,
    dispatched_at TIMESTAMP,
    deemed_on DATE,
    deemed_basis TEXT,
    evidence TEXT,
    return_reason TEXT,
    UNIQUE (notice_id, party_id)
);

CREATE TABLE representations (
    id TEXT NOT NULL PRIMARY KEY,
    notice_id TEXT NOT NULL REFERENCES notices (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    party_id TEXT REFERENCES parties (id),
    received_on DATE NOT NULL,
    text TEXT NOT NULL,
    consideration TEXT,
    considered_at TIMESTAMP,
    considered_by TEXT REFERENCES accounts (id),
    revision BIGINT NOT NULL
);
CREATE INDEX representations_about ON representations (notice_id, id);
