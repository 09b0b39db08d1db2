-- Enforcement cases under section 95: their offences, condition by condition, and the accounts of penalties.

CREATE TABLE enforcement_cases (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    property_id TEXT NOT NULL REFERENCES properties (id),
    area_code TEXT,
    source TEXT NOT NULL CHECK (source IN ('breach', 'gas_year', 'inspection', 'complaint', 'referral', 'unlicensed_home')),
    source_note TEXT,
    suspect_id TEXT NOT NULL REFERENCES parties (id),
    capacity TEXT NOT NULL CHECK (capacity IN ('holder', 'manager', 'agent', 'owner', 'mortgagee', 'bound', 'other')),
    state TEXT NOT NULL CHECK (state IN (
        'opened', 'investigating', 'warned', 'closed_complied', 'evidence_complete', 'closed_no_action',
        'penalty_chosen', 'intent_drafted', 'intent_approved', 'intent_given', 'final_decision',
        'final_drafted', 'final_approved', 'final_given', 'paid', 'debt', 'appealed', 'confirmed', 'varied',
        'cancelled', 'withdrawn', 'file_to_legal', 'court', 'court_ended'
    )),
    path TEXT CHECK (path IN ('penalty', 'prosecution')),
    comply_by DATE,
    policy TEXT NOT NULL,
    explanations TEXT NOT NULL,
    excuse TEXT,
    sufficient_on DATE,
    sufficient_by TEXT REFERENCES accounts (id),
    limitation_on DATE NOT NULL,
    limitation_basis TEXT NOT NULL,
    extension TEXT,
    alert_on DATE,
    alerted INTEGER,
    intent TEXT,
    representations TEXT NOT NULL,
    final_notice TEXT,
    pence INTEGER,
    pay_by DATE,
    appeal TEXT,
    prosecution TEXT,
    reason TEXT,
    opened_by TEXT REFERENCES accounts (id),
    opened_at TIMESTAMP NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX enforcement_cases_by_state ON enforcement_cases (state, id);
CREATE INDEX enforcement_cases_of_property ON enforcement_cases (property_id, id);
CREATE INDEX enforcement_cases_of_suspect ON enforcement_cases (suspect_id, id);
CREATE INDEX enforcement_cases_to_alert ON enforcement_cases (alert_on, id);

CREATE TABLE offences (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES enforcement_cases (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    kind TEXT NOT NULL CHECK (kind IN ('unlicensed', 'condition')),
    licence_id TEXT REFERENCES licences (id),
    condition TEXT,
    breach_id TEXT REFERENCES breaches (id),
    act TEXT NOT NULL,
    happened_on DATE NOT NULL,
    limitation_on DATE NOT NULL,
    limitation_basis TEXT NOT NULL,
    conduct TEXT NOT NULL,
    UNIQUE (case_id, conduct)
);
CREATE INDEX offences_of_conduct ON offences (conduct);

CREATE TABLE penalty_entries (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES enforcement_cases (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('charge', 'payment', 'refund', 'reversal')),
    pence INTEGER NOT NULL,
    happened_on DATE NOT NULL,
    reference TEXT,
    method TEXT CHECK (method IN ('card', 'bank_transfer', 'cheque', 'cash', 'other')),
    about_id TEXT REFERENCES penalty_entries (id),
    reason TEXT,
    recorded_by TEXT REFERENCES accounts (id),
    recorded_at TIMESTAMP NOT NULL,
    UNIQUE (case_id, number)
);
