-- What keeps the service honest: chains of events with their anchors, officers' tasks, and requests that were answered already.

CREATE TABLE chains (
    name TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    anchored BOOLEAN NOT NULL
);
CREATE INDEX chains_to_anchor ON chains (name) WHERE NOT anchored;

CREATE TABLE events (
    chain TEXT NOT NULL REFERENCES chains (name),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (chain, seq)
);

CREATE TABLE anchors (
    number BIGINT NOT NULL PRIMARY KEY,
    night DATE NOT NULL,
    made_at TIMESTAMP NOT NULL,
    before TEXT NOT NULL,
    root TEXT NOT NULL,
    count BIGINT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    leaves TEXT NOT NULL
);

CREATE TABLE tasks (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    property_id TEXT REFERENCES properties (id),
    letter_id TEXT REFERENCES letters (id),
    title TEXT NOT NULL,
    detail TEXT NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    closed_at TIMESTAMP,
    closed_by TEXT REFERENCES accounts (id),
    note TEXT,
    revision BIGINT NOT NULL
);
CREATE UNIQUE INDEX tasks_open_once ON tasks (kind, key) WHERE closed_at IS NULL;
CREATE INDEX tasks_open ON tasks (id) WHERE closed_at IS NULL;

CREATE TABLE answered_requests (
    account_id TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,
    status INTEGER NOT NULL,
    location TEXT,
    etag TEXT,
    body TEXT NOT NULL,
    answered_at TIMESTAMP NOT NULL,
    PRIMARY KEY (account_id, key)
);
CREATE INDEX answered_requests_by_age ON answered_requests (answered_at);
