-- What the project exists for: demands and their items, answers, records, obligations, breaches, reminders and letters.
-- `next_call_on` is null while nothing is called for; its partial indexes hold only what the nightly check may have to touch.

CREATE TABLE demands (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    licence_id TEXT NOT NULL REFERENCES licences (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    area_code TEXT,
    officer_id TEXT REFERENCES accounts (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'issued', 'served', 'not_served', 'complete', 'withdrawn')),
    legal_basis TEXT NOT NULL,
    drafted_at TIMESTAMP NOT NULL,
    issued_at TIMESTAMP,
    served_on DATE,
    due_on DATE,
    closed_on DATE,
    reason TEXT,
    search TEXT NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX demands_of_licence ON demands (licence_id);
CREATE INDEX demands_of_property ON demands (property_id);
CREATE INDEX demands_by_area ON demands (area_code, id);
CREATE INDEX demands_by_area_and_state ON demands (area_code, state, id);
CREATE INDEX demands_by_area_and_due_date ON demands (area_code, due_on, id);
CREATE INDEX demands_by_state ON demands (state, id);
CREATE INDEX demands_by_officer ON demands (officer_id, id);
CREATE INDEX demands_by_due_date ON demands (due_on, id);

CREATE TABLE items (
    id TEXT NOT NULL PRIMARY KEY,
    demand_id TEXT NOT NULL REFERENCES demands (id),
    licence_id TEXT NOT NULL REFERENCES licences (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    condition TEXT NOT NULL,
    title TEXT NOT NULL,
    response_days INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'under_review', 'unsatisfactory', 'satisfied', 'satisfied_late',
        'not_applicable', 'closed_no_action', 'withdrawn')),
    due_on DATE,
    due_basis TEXT,
    actionable_from DATE,
    waiting_until DATE,
    answered_on DATE,
    closed_on DATE,
    next_call_on DATE,
    called_through DATE,
    breach_proposed BOOLEAN NOT NULL
);
CREATE INDEX items_of_demand ON items (demand_id);
CREATE UNIQUE INDEX items_open_once ON items (licence_id, condition) WHERE closed_on IS NULL;
CREATE INDEX items_to_call ON items (next_call_on, id) WHERE next_call_on IS NOT NULL;
CREATE INDEX items_by_due_date ON items (due_on, id) WHERE closed_on IS NULL;

CREATE TABLE recipients (
    id TEXT NOT NULL PRIMARY KEY,
    demand_id TEXT NOT NULL REFERENCES demands (id),
    party_id TEXT NOT NULL REFERENCES parties (id),
    capacity TEXT NOT NULL CHECK (capacity IN ('holder', 'manager', 'agent', 'owner', 'mortgagee', 'bound', 'other')),
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'served', 'returned')),
    letter_id TEXT,
    method TEXT,
    address TEXT,
    dispatched_at TIMESTAMP,
    deemed_on DATE,
    deemed_basis TEXT,
    evidence TEXT,
    return_reason TEXT,
    UNIQUE (demand_id, party_id)
);
CREATE INDEX recipients_by_party ON recipients (party_id);

CREATE TABLE certificates (
    id TEXT NOT NULL PRIMARY KEY,
    property_id TEXT NOT NULL REFERENCES properties (id),
    licence_id TEXT REFERENCES licences (id),
    kind TEXT NOT NULL,
    particulars TEXT NOT NULL,
    valid_until DATE,
    valid_basis TEXT,
    received_at TIMESTAMP NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'accepted', 'rejected', 'superseded')),
    assessed_at TIMESTAMP,
    assessed_by TEXT REFERENCES accounts (id),
    assessment TEXT,
    revision BIGINT NOT NULL
);
CREATE INDEX certificates_of_property ON certificates (property_id, id);
CREATE INDEX certificates_of_licence ON certificates (licence_id);
CREATE INDEX certificates_by_state ON certificates (state, id);

CREATE TABLE responses (
    id TEXT NOT NULL PRIMARY KEY,
    demand_id TEXT NOT NULL REFERENCES demands (id),
    item_id TEXT NOT NULL REFERENCES items (id),
    kind TEXT NOT NULL CHECK (kind IN ('document', 'declaration', 'not_applicable', 'explanation')),
    certificate_id TEXT REFERENCES certificates (id),
    text TEXT,
    from_party TEXT REFERENCES parties (id),
    received_at TIMESTAMP NOT NULL,
    received_on DATE NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'accepted', 'rejected', 'noted')),
    assessed_at TIMESTAMP,
    assessed_by TEXT REFERENCES accounts (id),
    assessment TEXT
);
CREATE INDEX responses_to_demand ON responses (demand_id);
CREATE INDEX responses_with_certificate ON responses (certificate_id);

CREATE TABLE obligations (
    id TEXT NOT NULL PRIMARY KEY,
    licence_id TEXT NOT NULL REFERENCES licences (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    area_code TEXT,
    kind TEXT NOT NULL,
    condition TEXT,
    due_on DATE NOT NULL,
    due_basis TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'met', 'met_late', 'closed')),
    source_id TEXT,
    met_by TEXT,
    closed_on DATE,
    next_call_on DATE,
    called_through DATE NOT NULL,
    breach_proposed BOOLEAN NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX obligations_of_property ON obligations (property_id);
CREATE INDEX obligations_of_licence ON obligations (licence_id, id);
CREATE INDEX obligations_by_area ON obligations (area_code, id);
CREATE INDEX obligations_by_area_and_due_date ON obligations (area_code, due_on, id);
CREATE INDEX obligations_by_state ON obligations (state, id);
CREATE UNIQUE INDEX obligations_open_once ON obligations (licence_id, kind) WHERE closed_on IS NULL;
CREATE INDEX obligations_to_call ON obligations (next_call_on, id) WHERE next_call_on IS NOT NULL;
CREATE INDEX obligations_by_due_date ON obligations (due_on, id);

CREATE TABLE checks (
    id TEXT NOT NULL PRIMARY KEY,
    night DATE NOT NULL,
    started_by TEXT NOT NULL CHECK (started_by IN ('schedule', 'start_up', 'command', 'demo')),
    outcome TEXT NOT NULL CHECK (outcome IN ('running', 'completed', 'attention', 'held', 'failed')),
    software TEXT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    nights_missed INTEGER NOT NULL,
    looked_at BIGINT NOT NULL,
    reminders BIGINT NOT NULL,
    superseded BIGINT NOT NULL,
    breaches BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    note TEXT,
    wall_clock TIMESTAMP NOT NULL,
    boot TEXT NOT NULL,
    uptime_millis BIGINT NOT NULL
);
CREATE INDEX checks_by_night ON checks (night, id);

CREATE TABLE check_failures (
    check_id TEXT NOT NULL REFERENCES checks (id),
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (check_id, subject_id)
);

CREATE TABLE breaches (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    licence_id TEXT NOT NULL REFERENCES licences (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    area_code TEXT,
    condition TEXT,
    item_id TEXT REFERENCES items (id),
    obligation_id TEXT REFERENCES obligations (id),
    due_on DATE NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'confirmed', 'dismissed')),
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
CREATE INDEX breaches_by_state ON breaches (state, id);
CREATE INDEX breaches_by_area ON breaches (area_code, id);
CREATE INDEX breaches_by_area_and_state ON breaches (area_code, state, id);
CREATE INDEX breaches_of_property ON breaches (property_id);
CREATE INDEX breaches_of_licence ON breaches (licence_id);
CREATE INDEX breaches_of_check ON breaches (check_id);

CREATE TABLE letters (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('demand', 'digest', 'decision')),
    recipient_id TEXT NOT NULL REFERENCES parties (id),
    recipient_name TEXT NOT NULL,
    address TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('email', 'paper')),
    dated_on DATE NOT NULL,
    part INTEGER NOT NULL,
    property_id TEXT REFERENCES properties (id),
    demand_id TEXT REFERENCES demands (id),
    copy_id TEXT REFERENCES recipients (id),
    facts TEXT NOT NULL,
    subject TEXT,
    text TEXT,
    html TEXT,
    template TEXT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'accepted', 'refused', 'held', 'given_up', 'to_print', 'posted')),
    attempt INTEGER NOT NULL,
    next_attempt_at TIMESTAMP,
    leased_until TIMESTAMP,
    first_attempt_at TIMESTAMP,
    settled_at TIMESTAMP,
    reply TEXT,
    revision BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (recipient_id, kind, dated_on, part)
);
CREATE INDEX letters_to_send ON letters (next_attempt_at, id) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX letters_by_state ON letters (state, id);
CREATE INDEX letters_by_kind ON letters (kind, id);
CREATE INDEX letters_of_demand ON letters (demand_id);

CREATE TABLE attempts (
    letter_id TEXT NOT NULL REFERENCES letters (id),
    number INTEGER NOT NULL,
    started_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    outcome TEXT,
    reply TEXT,
    PRIMARY KEY (letter_id, number)
);

CREATE TABLE reminders (
    id TEXT NOT NULL PRIMARY KEY,
    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('item', 'obligation')),
    subject_id TEXT NOT NULL,
    property_id TEXT NOT NULL REFERENCES properties (id),
    recipient_id TEXT NOT NULL REFERENCES parties (id),
    rung INTEGER NOT NULL,
    due_on DATE NOT NULL,
    code TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('called', 'superseded')),
    letter_id TEXT REFERENCES letters (id),
    title TEXT NOT NULL,
    reference TEXT NOT NULL,
    called_on DATE NOT NULL,
    check_id TEXT NOT NULL REFERENCES checks (id),
    UNIQUE (subject_id, rung, due_on, recipient_id)
);
CREATE INDEX reminders_of_letter ON reminders (letter_id);
CREATE INDEX reminders_of_check ON reminders (check_id);
