CREATE INDEX notice_copies_of_party ON notice_copies (party_id, notice_id);
