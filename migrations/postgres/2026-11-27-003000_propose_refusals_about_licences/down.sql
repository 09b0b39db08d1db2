ALTER TABLE notices DROP CONSTRAINT notices_kind_check;
ALTER TABLE notices ADD CONSTRAINT notices_kind_check CHECK (kind IN (
    'proposed_grant', 'proposed_refusal', 'grant', 'refusal', 'proposed_variation', 'variation', 'refusal_to_vary',
    'proposed_revocation', 'revocation', 'refusal_to_revoke'
));
