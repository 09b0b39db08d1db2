-- The address of each officer's calendar; only the hash of its secret is kept.

CREATE TABLE calendar_feeds (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
    hash TEXT NOT NULL UNIQUE,
    issued_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP,
    revision BIGINT NOT NULL
);
