-- Signing in by a mailed link, the sessions that follow, and the counts that keep flooding and guessing down.
-- Secrets are kept as digests only.

CREATE TABLE links (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    nonce_hash TEXT NOT NULL,
    hash TEXT UNIQUE,
    asked_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'sending', 'sent', 'unknown', 'failed')),
    next_attempt_at TIMESTAMP,
    attempt INTEGER NOT NULL,
    text TEXT,
    template TEXT,
    reply TEXT,
    used_at TIMESTAMP
);
CREATE INDEX links_of_email ON links (email, asked_at);
CREATE INDEX links_to_send ON links (next_attempt_at, id) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX links_by_end ON links (expires_at);

CREATE TABLE sessions (
    hash TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    began_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX sessions_of_account ON sessions (account_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE tallies (
    name TEXT NOT NULL PRIMARY KEY,
    since TIMESTAMP NOT NULL,
    count BIGINT NOT NULL
);
CREATE INDEX tallies_by_age ON tallies (since);

CREATE INDEX parties_by_email ON parties (lower(email));
