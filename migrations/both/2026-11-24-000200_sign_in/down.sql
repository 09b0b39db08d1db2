DROP INDEX parties_by_email;
DROP TABLE tallies;
DROP TABLE sessions;
DROP TABLE links;
