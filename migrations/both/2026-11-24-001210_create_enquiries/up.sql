-- Enquiries into homes that may need a licence and have none, and the applications that came of them.

CREATE TABLE enquiries (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    property_id TEXT NOT NULL REFERENCES properties (id),
    state TEXT NOT NULL CHECK (state IN ('intelligence', 'triaged', 'owner_found', 'invited_to_apply', 'application_received', 'exempt_proven', 'ten_notified', 'offence_investigation', 'closed')),
    source TEXT NOT NULL CHECK (source IN ('visit', 'neighbour', 'council_tax', 'partner', 'tenant', 'advertisement', 'exemption_ended', 'other')),
    intelligence TEXT NOT NULL,
    received_on DATE NOT NULL,
    officer_id TEXT REFERENCES accounts (id),
    requirement TEXT,
    owner_id TEXT REFERENCES parties (id),
    owner_source TEXT CHECK (owner_source IN ('land_registry', 'council_tax', 'door_knock', 'on_record', 'other')),
    exemption_id TEXT REFERENCES exemptions (id),
    entries TEXT NOT NULL,
    reason TEXT,
    ended_on DATE,
    revision BIGINT NOT NULL,
    opened_at TIMESTAMP NOT NULL
);
CREATE INDEX enquiries_of_property ON enquiries (property_id, id);
CREATE INDEX enquiries_in_state ON enquiries (state, id);

ALTER TABLE applications ADD COLUMN enquiry_id TEXT REFERENCES enquiries (id);
CREATE INDEX applications_of_enquiry ON applications (enquiry_id, id);
