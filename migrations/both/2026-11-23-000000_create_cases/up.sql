-- What the licensing team keeps: the scheme's versions, people, homes, applications, licences, and who may sign in.
-- Written in the SQL that SQLite and PostgreSQL share; instants are UTC, identifiers are UUIDs as text.

CREATE TABLE schemes (
    code TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    scheme_text TEXT NOT NULL,
    address_text TEXT NOT NULL,
    loaded_at TIMESTAMP NOT NULL,
    PRIMARY KEY (code, version)
);

CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE parties (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'company')),
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    company_number TEXT,
    search TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX parties_by_search ON parties (search);

CREATE TABLE consents (
    id TEXT NOT NULL PRIMARY KEY,
    party_id TEXT NOT NULL REFERENCES parties (id),
    email TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('all', 'demands', 'reminders')),
    given_at TIMESTAMP NOT NULL,
    how TEXT NOT NULL,
    withdrawn_at TIMESTAMP,
    revision BIGINT NOT NULL
);
CREATE INDEX consents_of_party ON consents (party_id);

CREATE TABLE properties (
    id TEXT NOT NULL PRIMARY KEY,
    uprn TEXT UNIQUE,
    address TEXT NOT NULL,
    street TEXT NOT NULL,
    postcode TEXT NOT NULL,
    area_code TEXT,
    dwelling TEXT NOT NULL CHECK (dwelling IN ('house', 'flat', 'bungalow', 'room', 'building')),
    households INTEGER,
    occupiers INTEGER,
    occupied_as_at DATE,
    gas_supplied BOOLEAN,
    exemption_ground TEXT,
    exemption_evidence TEXT,
    exempt_from DATE,
    exempt_until DATE,
    search TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX properties_by_area ON properties (area_code, id);
CREATE INDEX properties_by_postcode ON properties (postcode, address);

CREATE TABLE interests (
    id TEXT NOT NULL PRIMARY KEY,
    property_id TEXT NOT NULL REFERENCES properties (id),
    party_id TEXT NOT NULL REFERENCES parties (id),
    capacity TEXT NOT NULL CHECK (capacity IN ('holder', 'manager', 'agent', 'owner', 'mortgagee', 'bound', 'other')),
    since DATE NOT NULL,
    until DATE
);
CREATE INDEX interests_in_property ON interests (property_id);

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('officer', 'team_leader', 'landlord', 'agent', 'partner', 'auditor')),
    state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'disabled')),
    party_id TEXT REFERENCES parties (id),
    revision BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    label TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);

CREATE TABLE applications (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    property_id TEXT NOT NULL REFERENCES properties (id),
    area_code TEXT,
    applicant_id TEXT NOT NULL REFERENCES parties (id),
    holder_id TEXT NOT NULL REFERENCES parties (id),
    manager_id TEXT REFERENCES parties (id),
    agent_id TEXT REFERENCES parties (id),
    stage TEXT NOT NULL CHECK (stage IN ('draft', 'submitted', 'paid_a', 'incomplete', 'duly_made', 'assessing',
        'proposal_ready', 'consulting_grant', 'consulting_refusal', 'decision_due', 'awaiting_b', 'granted', 'refused',
        'withdrawn', 'rejected_invalid', 'closed_not_required')),
    officer_id TEXT REFERENCES accounts (id),
    submitted_on DATE,
    duly_made_on DATE,
    answer_by DATE,
    answer_basis TEXT,
    defects TEXT NOT NULL,
    findings TEXT NOT NULL,
    consultation_ends_on DATE,
    consultation_basis TEXT,
    ended_on DATE,
    reason TEXT,
    import_key TEXT UNIQUE,
    search TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX applications_of_property ON applications (property_id);
CREATE INDEX applications_by_area_and_stage ON applications (area_code, stage, id);
CREATE INDEX applications_by_stage ON applications (stage, id);
CREATE INDEX applications_by_officer ON applications (officer_id, id);

CREATE TABLE licences (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    application_id TEXT UNIQUE REFERENCES applications (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    holder_id TEXT NOT NULL REFERENCES parties (id),
    manager_id TEXT REFERENCES parties (id),
    agent_id TEXT REFERENCES parties (id),
    area_code TEXT,
    scheme_code TEXT NOT NULL,
    scheme_version INTEGER NOT NULL,
    granted_on DATE NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    end_basis TEXT NOT NULL,
    start_authority TEXT,
    state TEXT NOT NULL CHECK (state IN ('granted', 'revocation_pending', 'revoked', 'surrendered', 'ended_death')),
    ended_on DATE,
    reason TEXT,
    search TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    FOREIGN KEY (scheme_code, scheme_version) REFERENCES schemes (code, version)
);
CREATE INDEX licences_of_property ON licences (property_id);
CREATE INDEX licences_of_holder ON licences (holder_id);
CREATE INDEX licences_of_manager ON licences (manager_id);
CREATE INDEX licences_of_agent ON licences (agent_id);
CREATE INDEX licences_by_area ON licences (area_code, id);
CREATE INDEX licences_by_state ON licences (state, id);

CREATE TABLE licence_homes (
    licence_id TEXT NOT NULL REFERENCES licences (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    PRIMARY KEY (licence_id, property_id)
);
CREATE INDEX licence_homes_of_property ON licence_homes (property_id);
