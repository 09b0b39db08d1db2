-- Appeals to the tribunal, and until when an application is effective (s.95(3)).

CREATE TABLE appeals (
    id TEXT NOT NULL PRIMARY KEY,
    notice_id TEXT NOT NULL REFERENCES notices (id),
    application_id TEXT NOT NULL REFERENCES applications (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    reference TEXT NOT NULL,
    appellant_id TEXT REFERENCES parties (id),
    lodged_on DATE NOT NULL,
    is_in_time BOOLEAN NOT NULL,
    outcome TEXT CHECK (outcome IN ('dismissed', 'allowed', 'varied', 'withdrawn')),
    decided_on DATE,
    ordered TEXT,
    revision BIGINT NOT NULL
);
CREATE INDEX appeals_of_application ON appeals (application_id, id);

ALTER TABLE applications ADD COLUMN effective_until DATE;
UPDATE applications SET effective_until = ended_on;
