DROP TABLE answered_requests;
DROP TABLE tasks;
DROP TABLE anchors;
DROP TABLE events;
DROP TABLE chains;
