-- What was recorded is never changed. A deterrent: whoever owns the file can take it away, and then the chains tell.

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER anchors_are_not_changed BEFORE UPDATE ON anchors
BEGIN SELECT RAISE(ABORT, 'anchors are never changed'); END;
CREATE TRIGGER anchors_are_not_deleted BEFORE DELETE ON anchors
BEGIN SELECT RAISE(ABORT, 'anchors are never deleted'); END;
