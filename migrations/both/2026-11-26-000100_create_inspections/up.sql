-- Inspections by the council: one row for each, with its visits and its improvement plan.

CREATE TABLE inspections (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    property_id TEXT NOT NULL REFERENCES properties (id),
    area_code TEXT,
    licence_id TEXT REFERENCES licences (id),
    state TEXT NOT NULL CHECK (state IN (
        'planned', 'notified', 'carried_out', 'no_access', 'reported', 'improvement_plan', 'reinspect_due', 'closed',
        'cancelled'
    )),
    officer_id TEXT NOT NULL REFERENCES accounts (id),
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    scheme_code TEXT NOT NULL,
    scheme_version INTEGER NOT NULL,
    visits TEXT NOT NULL,
    carried_out_on DATE,
    category_1 INTEGER NOT NULL,
    category_2 INTEGER NOT NULL,
    outcome TEXT CHECK (outcome IN ('compliant', 'action_needed', 'offence_suspected')),
    items TEXT NOT NULL,
    item_due_on DATE,
    reinspect_on DATE,
    enforcement_id TEXT REFERENCES enforcement_cases (id),
    reason TEXT,
    ended_on DATE,
    revision BIGINT NOT NULL,
    planned_at TIMESTAMP NOT NULL
);
CREATE INDEX inspections_by_state ON inspections (state, id);
CREATE INDEX inspections_of_property ON inspections (property_id, id);
CREATE INDEX inspections_of_officer ON inspections (officer_id, starts_at);
