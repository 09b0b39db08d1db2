-- The service takes back what it proposed when the ground falls away. SQLite changes a CHECK only by a new table.
CREATE TABLE new_breaches (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    licence_id TEXT NOT NULL REFERENCES licences (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    area_code TEXT,
    condition TEXT,
    item_id TEXT REFERENCES items (id),
    obligation_id TEXT REFERENCES obligations (id),
    due_on DATE NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'confirmed', 'dismissed', 'withdrawn')),
    proposed_on DATE NOT NULL,
    check_id TEXT NOT NULL REFERENCES checks (id),
    decided_at TIMESTAMP,
    decided_by TEXT REFERENCES accounts (id),
    reason TEXT,
    evidence TEXT,
    limitation_on DATE NOT NULL,
    limitation_basis TEXT NOT NULL,
    revision BIGINT NOT NULL,
    UNIQUE (item_id, due_on),
    UNIQUE (obligation_id, due_on)
);
INSERT INTO new_breaches (id, reference, licence_id, property_id, area_code, condition, item_id, obligation_id, due_on, state,
    proposed_on, check_id, decided_at, decided_by, reason, evidence, limitation_on, limitation_basis, revision)
SELECT id, reference, licence_id, property_id, area_code, condition, item_id, obligation_id, due_on, state,
    proposed_on, check_id, decided_at, decided_by, reason, evidence, limitation_on, limitation_basis, revision
FROM breaches;
DROP TABLE breaches;
ALTER TABLE new_breaches RENAME TO breaches;
CREATE INDEX breaches_by_state ON breaches (state, id);
CREATE INDEX breaches_by_area ON breaches (area_code, id);
CREATE INDEX breaches_by_area_and_state ON breaches (area_code, state, id);
CREATE INDEX breaches_of_property ON breaches (property_id);
CREATE INDEX breaches_of_licence ON breaches (licence_id);
CREATE INDEX breaches_of_check ON breaches (check_id);
