-- +goose Up
-- The progress of a copy into this journal, a row for each table and one without
-- a name for the source's identity; none once it is whole. No hub works on it
-- meanwhile.
CREATE TABLE copying (
  name text COLLATE "C" PRIMARY KEY,
  key  text NOT NULL,
  rows bigint NOT NULL
);

UPDATE appealhub_meta SET version = 4;

-- +goose Down
DROP TABLE copying;
