DROP TRIGGER IF EXISTS anchors_are_not_changed ON anchors;
DROP TRIGGER IF EXISTS events_are_not_changed ON events;
DROP FUNCTION IF EXISTS refuse_change;
