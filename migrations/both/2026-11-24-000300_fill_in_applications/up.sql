-- Application forms as their applicants fill them in, and, once sent, what they said word for word with its hash.

CREATE TABLE application_forms (
    application_id TEXT NOT NULL PRIMARY KEY REFERENCES applications (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    owner_id TEXT NOT NULL REFERENCES parties (id),
    answers TEXT NOT NULL,
    people TEXT NOT NULL,
    exemptions TEXT,
    sent TEXT,
    sha256 TEXT,
    sent_at TIMESTAMP,
    revision BIGINT NOT NULL,
    saved_at TIMESTAMP NOT NULL
);
CREATE INDEX application_forms_of_owner ON application_forms (owner_id, application_id);
CREATE INDEX applications_of_holder ON applications (holder_id);
