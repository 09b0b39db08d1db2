-- Whoever reads a letter that answers a request for a reference leaves a trace with the request.
CREATE INDEX reference_requests_of_letter ON reference_requests (letter_id) WHERE letter_id IS NOT NULL;
