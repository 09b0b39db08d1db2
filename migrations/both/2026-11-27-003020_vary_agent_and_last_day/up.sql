-- A variation may change the agent and the last day of a licence, too; none had until now.
CREATE TABLE licence_versions_with_ends (
    licence_id TEXT NOT NULL REFERENCES licences (id),
    version INTEGER NOT NULL,
    effective_from DATE NOT NULL,
    manager_id TEXT REFERENCES parties (id),
    agent_id TEXT REFERENCES parties (id),
    ends_on DATE NOT NULL,
    end_basis TEXT NOT NULL,
    terms TEXT,
    proceeding_id TEXT REFERENCES proceedings (id),
    PRIMARY KEY (licence_id, version)
);
INSERT INTO licence_versions_with_ends (
    licence_id, version, effective_from, manager_id, agent_id, ends_on, end_basis, terms, proceeding_id
)
SELECT
    before.licence_id, before.version, before.effective_from, before.manager_id, licences.agent_id, licences.ends_on,
    licences.end_basis, before.terms, before.proceeding_id
FROM licence_versions AS before
INNER JOIN licences ON licences.id = before.licence_id;
DROP TABLE licence_versions;
ALTER TABLE licence_versions_with_ends RENAME TO licence_versions;
