CREATE TABLE licence_versions_without_agents (
    licence_id TEXT NOT NULL REFERENCES licences (id),
    version INTEGER NOT NULL,
    effective_from DATE NOT NULL,
    manager_id TEXT REFERENCES parties (id),
    terms TEXT,
    proceeding_id TEXT REFERENCES proceedings (id),
    PRIMARY KEY (licence_id, version)
);
INSERT INTO licence_versions_without_agents (licence_id, version, effective_from, manager_id, terms, proceeding_id)
SELECT licence_id, version, effective_from, manager_id, terms, proceeding_id FROM licence_versions;
DROP TABLE licence_versions;
ALTER TABLE licence_versions_without_agents RENAME TO licence_versions;
