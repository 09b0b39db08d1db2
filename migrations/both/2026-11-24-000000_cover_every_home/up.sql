-- A licence may cover several homes: each has duties of its own, and each can be asked for the same thing at the same time.
DROP INDEX items_open_once;
CREATE UNIQUE INDEX items_open_once ON items (licence_id, property_id, condition) WHERE closed_on IS NULL;
DROP INDEX obligations_open_once;
CREATE UNIQUE INDEX obligations_open_once ON obligations (licence_id, property_id, kind) WHERE closed_on IS NULL;
