-- What the newest notice in proceedings on a licence proposes; until now that was always to vary or to revoke it.
ALTER TABLE proceedings ADD COLUMN proposed TEXT CHECK (proposed IN ('change', 'refusal'));
UPDATE proceedings SET proposed = 'change'
WHERE consultation_ends_on IS NOT NULL OR state IN ('consulting', 'decision_due');
