ALTER TABLE appeals ALTER COLUMN notice_id SET NOT NULL;
ALTER TABLE exemptions DROP COLUMN effective_until;
DROP INDEX appeals_of_exemption;
ALTER TABLE appeals DROP COLUMN exemption_id;
