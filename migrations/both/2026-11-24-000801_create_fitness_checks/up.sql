-- Whether a person is fit and proper, checked once and reused; the words stand here alone, never in events.

CREATE TABLE fitness_checks (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    party_id TEXT NOT NULL REFERENCES parties (id),
    declared TEXT,
    application_id TEXT REFERENCES applications (id),
    document_id TEXT REFERENCES documents (id),
    sources TEXT NOT NULL,
    findings TEXT NOT NULL,
    conclusion TEXT NOT NULL CHECK (conclusion IN ('no_conclusion', 'fit_and_proper', 'not_fit_and_proper')),
    conclusions TEXT NOT NULL,
    opened_by TEXT REFERENCES accounts (id),
    opened_at TIMESTAMP NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX fitness_checks_of_party ON fitness_checks (party_id, id);
