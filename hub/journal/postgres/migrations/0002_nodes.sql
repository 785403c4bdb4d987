-- +goose Up
-- What one node at a time does; until is by the database's clock.
CREATE TABLE leases (
  name  text COLLATE "C" PRIMARY KEY,
  node  text NOT NULL,
  until bigint NOT NULL
) WITH (fillfactor = 50);

-- The hubs that work on the journal; times are the database's.
CREATE TABLE nodes (
  node     text COLLATE "C" PRIMARY KEY,
  host     text NOT NULL,
  listen   text NOT NULL,
  version  text NOT NULL,
  started  bigint NOT NULL, -- by the node's own clock
  draining boolean NOT NULL,
  polls    text NOT NULL,   -- feeds, a space between
  seen     bigint NOT NULL
) WITH (fillfactor = 50);

UPDATE appealhub_meta SET version = 2;

-- +goose Down
DROP TABLE nodes, leases;
