-- Which homes need a licence on a day: exemptions, and who lives there.

CREATE TABLE exemptions (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('temporary', 'ground', 'death')),
    property_id TEXT NOT NULL REFERENCES properties (id),
    state TEXT NOT NULL CHECK (state IN ('notified', 'served', 'refused', 'in_effect', 'ended_licensed', 'ended_exempt', 'ended_nothing')),
    number INTEGER NOT NULL,
    previous_id TEXT REFERENCES exemptions (id),
    licence_id TEXT REFERENCES licences (id),
    party_id TEXT REFERENCES parties (id),
    notified_on DATE,
    steps TEXT,
    ground TEXT,
    evidence TEXT,
    circumstances TEXT,
    served_on DATE,
    from_on DATE,
    until_on DATE,
    until_basis TEXT,
    decided_on DATE,
    reasons TEXT,
    appeal_by TEXT,
    ended_on DATE,
    ending TEXT,
    officer_id TEXT REFERENCES accounts (id),
    revision BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX exemptions_of_property ON exemptions (property_id, id);

-- Never changed: a later count follows an earlier one.
CREATE TABLE occupancies (
    id TEXT NOT NULL PRIMARY KEY,
    property_id TEXT NOT NULL REFERENCES properties (id),
    counted_on DATE NOT NULL,
    basis TEXT NOT NULL CHECK (basis IN ('let', 'owner_occupied', 'empty', 'other')),
    households INTEGER NOT NULL,
    occupiers INTEGER NOT NULL,
    flats_in_block INTEGER,
    source TEXT NOT NULL CHECK (source IN ('visit', 'application', 'council_tax', 'landlord', 'tenant', 'other')),
    note TEXT,
    officer_id TEXT REFERENCES accounts (id),
    recorded_at TIMESTAMP NOT NULL
);
CREATE INDEX occupancies_of_property ON occupancies (property_id, counted_on, id);
