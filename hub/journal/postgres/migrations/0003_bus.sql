-- +goose Up
-- How far the partitions of the inbound topic are in the journal; topic is the
-- cluster's and the topic's id.
CREATE TABLE offsets (
  topic text COLLATE "C" NOT NULL,
  part  bigint NOT NULL,
  next  bigint NOT NULL,
  PRIMARY KEY (topic, part)
) WITH (fillfactor = 50);

-- The events that are not published yet, each in its stream's shard.
CREATE TABLE outbox (
  event bigint PRIMARY KEY,
  shard bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
CREATE INDEX outbox_shard ON outbox (shard, event);

ALTER TABLE cursors ADD COLUMN topic text NOT NULL DEFAULT '', ADD COLUMN epoch bigint NOT NULL DEFAULT 0;

UPDATE appealhub_meta SET version = 3;

-- +goose Down
ALTER TABLE cursors DROP COLUMN topic, DROP COLUMN epoch;
DROP TABLE outbox, offsets;
