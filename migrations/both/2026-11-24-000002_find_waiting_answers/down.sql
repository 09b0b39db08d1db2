DROP INDEX responses_by_state;
