ALTER TABLE notices DROP CONSTRAINT notices_kind_check;
ALTER TABLE notices ADD CONSTRAINT notices_kind_check
    CHECK (kind IN ('proposed_grant', 'proposed_refusal', 'grant', 'refusal'));
ALTER TABLE appeals ALTER COLUMN application_id SET NOT NULL;
ALTER TABLE notices ALTER COLUMN application_id SET NOT NULL;
