DROP TRIGGER IF EXISTS anchors_are_not_deleted;
DROP TRIGGER IF EXISTS anchors_are_not_changed;
DROP TRIGGER IF EXISTS events_are_not_deleted;
DROP TRIGGER IF EXISTS events_are_not_changed;
