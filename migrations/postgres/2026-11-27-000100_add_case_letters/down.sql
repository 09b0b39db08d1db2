ALTER TABLE letters DROP CONSTRAINT letters_kind_check;
ALTER TABLE letters ADD CONSTRAINT letters_kind_check
    CHECK (kind IN ('demand', 'digest', 'decision', 'receipt', 'application', 'notice', 'inspection', 'referral', 'reference'));
