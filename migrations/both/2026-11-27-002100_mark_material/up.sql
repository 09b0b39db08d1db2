-- The material of an enforcement case, marked as used, unused or sensitive for a prosecution. A mark is never changed: a later one
-- of the same piece takes its place.

CREATE TABLE material_marks (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES enforcement_cases (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    kind TEXT NOT NULL CHECK (kind IN (
        'licence', 'demand', 'notice', 'letter', 'file', 'answer', 'certificate', 'inspection', 'note'
    )),
    material_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    mark TEXT NOT NULL CHECK (mark IN ('used', 'unused', 'sensitive')),
    reason TEXT,
    marked_by TEXT REFERENCES accounts (id),
    marked_at TIMESTAMP NOT NULL,
    UNIQUE (case_id, kind, material_id, number)
);
