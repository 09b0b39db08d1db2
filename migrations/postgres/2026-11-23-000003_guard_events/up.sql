-- What was recorded is never changed. A deterrent: whoever owns the tables can take it away, and then the chains tell.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% are never changed or deleted', TG_TABLE_NAME; END $$;
CREATE TRIGGER events_are_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER anchors_are_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON anchors
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
