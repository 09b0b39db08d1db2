-- Letters printed together: one PDF, whose bytes lie outside the database under their hash. A letter is in one open batch at most.

CREATE TABLE letter_batches (
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open', 'posted', 'cancelled')),
    officer_id TEXT REFERENCES accounts (id),
    made_at TIMESTAMP NOT NULL,
    sha256 TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    pages INTEGER NOT NULL,
    posted_on DATE,
    method TEXT,
    evidence TEXT,
    reason TEXT,
    settled_at TIMESTAMP,
    revision BIGINT NOT NULL
);
CREATE INDEX letter_batches_by_hash ON letter_batches (sha256);

CREATE TABLE batch_letters (
    batch_id TEXT NOT NULL REFERENCES letter_batches (id),
    letter_id TEXT NOT NULL REFERENCES letters (id),
    place INTEGER NOT NULL,
    first_page INTEGER NOT NULL,
    last_page INTEGER NOT NULL,
    is_open BOOLEAN NOT NULL,
    left_out TEXT,
    PRIMARY KEY (batch_id, letter_id)
);
CREATE INDEX batches_with_letter ON batch_letters (letter_id);
CREATE UNIQUE INDEX letters_in_one_open_batch ON batch_letters (letter_id) WHERE is_open;
