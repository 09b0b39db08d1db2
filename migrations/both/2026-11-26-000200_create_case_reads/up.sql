-- Who read which case, and when. Kept beside the chains of events, which reading would flood. What a case is grows with the program,
-- so its kind is held to no list here.

CREATE TABLE case_reads (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    account_id TEXT REFERENCES accounts (id),
    role TEXT NOT NULL,
    read_at TIMESTAMP NOT NULL
);
CREATE INDEX case_reads_of_subject ON case_reads (subject_id, id);
CREATE INDEX case_reads_of_account ON case_reads (account_id, id);
CREATE INDEX case_reads_by_time ON case_reads (read_at);
