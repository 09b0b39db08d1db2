-- Partners of the council with their agreements to share information, and what is referred to and from them.

CREATE TABLE partners (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('asb_team', 'police', 'housing_provider')),
    party_id TEXT NOT NULL UNIQUE REFERENCES parties (id),
    email TEXT,
    agreement TEXT,
    agreement_ends_on DATE,
    revision BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE referrals (
    id TEXT NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    direction TEXT NOT NULL CHECK (direction IN ('from_partner', 'to_partner')),
    partner_id TEXT NOT NULL REFERENCES partners (id),
    state TEXT NOT NULL CHECK (state IN ('received', 'linked_to_property', 'holder_asked', 'action_plan', 'monitoring', 'closed', 'breach')),
    address TEXT NOT NULL,
    property_id TEXT REFERENCES properties (id),
    concern TEXT NOT NULL,
    purpose TEXT NOT NULL,
    received_on DATE NOT NULL,
    is_shared BOOLEAN NOT NULL,
    asked_id TEXT REFERENCES parties (id),
    licence_id TEXT REFERENCES licences (id),
    condition TEXT,
    demand_id TEXT REFERENCES demands (id),
    asked_on DATE,
    act_by DATE,
    act_basis TEXT,
    plan TEXT NOT NULL,
    monitor_until DATE,
    outcome TEXT CHECK (outcome IN ('resolved', 'tenancy_ended', 'passed_on', 'unfounded', 'no_action')),
    reason TEXT,
    breach_id TEXT REFERENCES breaches (id),
    enforcement_id TEXT REFERENCES enforcement_cases (id),
    ended_on DATE,
    entries TEXT NOT NULL,
    opened_by TEXT REFERENCES accounts (id),
    revision BIGINT NOT NULL,
    opened_at TIMESTAMP NOT NULL
);
CREATE INDEX referrals_of_property ON referrals (property_id, id);
CREATE INDEX referrals_of_partner ON referrals (partner_id, id);
CREATE INDEX referrals_in_state ON referrals (state, id);
