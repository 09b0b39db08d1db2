-- Mails that tell addresses outside the service of its anchors, one for each address and newest anchor; and what the proof file
-- of a breach looks for.

CREATE TABLE anchor_mails (
    address TEXT NOT NULL,
    through BIGINT NOT NULL REFERENCES anchors (number),
    first BIGINT NOT NULL,
    attempt INTEGER NOT NULL,
    next_attempt_at TIMESTAMP,
    settled_at TIMESTAMP,
    reply TEXT,
    PRIMARY KEY (address, through)
);
CREATE INDEX anchor_mails_to_send ON anchor_mails (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX letters_of_property ON letters (property_id);
CREATE INDEX tasks_of_property ON tasks (property_id);
