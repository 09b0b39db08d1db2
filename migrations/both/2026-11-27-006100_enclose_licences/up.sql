-- What went with letters: the bytes lie in the store of files under the hash, the words are what its pages on paper are set from.
CREATE TABLE enclosures (
    sha256 TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    words TEXT NOT NULL
);
ALTER TABLE letters ADD COLUMN enclosure TEXT REFERENCES enclosures (sha256);
