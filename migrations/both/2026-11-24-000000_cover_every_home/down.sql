DROP INDEX obligations_open_once;
CREATE UNIQUE INDEX obligations_open_once ON obligations (licence_id, kind) WHERE closed_on IS NULL;
DROP INDEX items_open_once;
CREATE UNIQUE INDEX items_open_once ON items (licence_id, condition) WHERE closed_on IS NULL;
