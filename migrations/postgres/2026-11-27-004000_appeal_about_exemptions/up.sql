-- Appeals against refusals of temporary exemption notices, and until when having asked for one protects (s.95(7) to (9)).
ALTER TABLE appeals ADD COLUMN exemption_id TEXT REFERENCES exemptions (id);
CREATE INDEX appeals_of_exemption ON appeals (exemption_id, id);
ALTER TABLE exemptions ADD COLUMN effective_until DATE;
UPDATE exemptions SET effective_until = coalesce((appeal_by::json ->> 'on')::date, decided_on);
ALTER TABLE appeals ALTER COLUMN notice_id DROP NOT NULL;
