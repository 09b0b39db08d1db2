-- The accounts of applications: entries that are only ever added.

CREATE TABLE fee_entries (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('charge', 'payment', 'refund', 'claim', 'allowance', 'denial', 'reversal')),
    part TEXT NOT NULL CHECK (part IN ('a', 'b', 'whole')),
    pence INTEGER NOT NULL,
    happened_on DATE NOT NULL,
    reference TEXT,
    method TEXT CHECK (method IN ('card', 'bank_transfer', 'cheque', 'cash', 'other')),
    discount TEXT,
    claimed_by TEXT REFERENCES parties (id),
    about_id TEXT REFERENCES fee_entries (id),
    reason TEXT,
    recorded_by TEXT REFERENCES accounts (id),
    recorded_at TIMESTAMP NOT NULL,
    UNIQUE (application_id, number)
);
