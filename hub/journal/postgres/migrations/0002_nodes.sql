-- +goose Up
-- What one node at a time does; until is by the database's clock.
CREATE TABLE leases (
  name  text COLLATE "C" PRIMARY KEY,
  node  text NOT NULL,
  until bigint NOT NULL
) WITH (fillfactor = 50);

UPDATE appealhub_meta SET version = 2;

-- +goose Down
DROP TABLE leases;
