-- Proceedings to vary or to revoke a licence, and the versions that a licence has had.

CREATE TABLE proceedings (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    licence_id TEXT NOT NULL REFERENCES licences (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    kind TEXT NOT NULL CHECK (kind IN ('variation', 'revocation')),
    state TEXT NOT NULL CHECK (state IN (
        'opened', 'consulting', 'decision_due', 'decided', 'appealed', 'operative', 'refused', 'overturned', 'withdrawn'
    )),
    ground TEXT NOT NULL CHECK (ground IN (
        'agreement', 'change_of_circumstances', 'serious_breach', 'holder_not_fit', 'manager_not_fit', 'not_part_three',
        'part_two_licence', 'structure'
    )),
    asked_by TEXT REFERENCES parties (id),
    changes TEXT,
    opened_on DATE NOT NULL,
    consultation_ends_on DATE,
    consultation_basis TEXT,
    is_agreed BOOLEAN NOT NULL,
    without_notice TEXT CHECK (without_notice IN ('agreed', 'not_material', 'already_notified')),
    decided_on DATE,
    decided_by TEXT REFERENCES accounts (id),
    operative_on DATE,
    operative_basis TEXT,
    reason TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX proceedings_of_licence ON proceedings (licence_id, id);
CREATE INDEX proceedings_to_take_effect ON proceedings (operative_on) WHERE state = 'decided';

CREATE TABLE licence_versions (
    licence_id TEXT NOT NULL REFERENCES licences (id),
    version INTEGER NOT NULL,
    effective_from DATE NOT NULL,
    manager_id TEXT REFERENCES parties (id),
    terms TEXT,
    proceeding_id TEXT REFERENCES proceedings (id),
    PRIMARY KEY (licence_id, version)
);
ALTER TABLE licences ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
INSERT INTO licence_versions (licence_id, version, effective_from, manager_id)
SELECT id, 1, starts_on, manager_id FROM licences;

ALTER TABLE notices ADD COLUMN proceeding_id TEXT REFERENCES proceedings (id);
ALTER TABLE appeals ADD COLUMN proceeding_id TEXT REFERENCES proceedings (id);
CREATE INDEX notices_of_proceeding ON notices (proceeding_id, id);
CREATE INDEX appeals_of_proceeding ON appeals (proceeding_id, id);
