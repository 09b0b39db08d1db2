-- The officers' queue: what came in and waits, without reading what was assessed long ago.
CREATE INDEX responses_by_state ON responses (state, id);
