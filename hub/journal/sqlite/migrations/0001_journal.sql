-- +goose Up
-- Times are microseconds since 1970 UTC, 0 for none. No column but body and
-- last_error (both sealed) holds personal data.

CREATE TABLE events (
  seq          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL,
  stream       TEXT NOT NULL,
  sequence     INTEGER NOT NULL,
  kind         TEXT NOT NULL,
  at           INTEGER NOT NULL,
  link         TEXT NOT NULL,
  ref_id       TEXT NOT NULL,
  source_id    TEXT NOT NULL,
  actor        TEXT NOT NULL,
  organisation TEXT NOT NULL,
  status       TEXT NOT NULL,
  outcome      TEXT NOT NULL,
  external     TEXT NOT NULL,
  revision     INTEGER NOT NULL,
  verb         TEXT NOT NULL,
  delivery     INTEGER NOT NULL,
  attachment   TEXT NOT NULL,
  receipt_id   TEXT NOT NULL,
  token        TEXT NOT NULL,
  reason       TEXT NOT NULL,
  prev_hash    BLOB NOT NULL,
  body_digest  BLOB,
  hash         BLOB NOT NULL,
  body         BLOB
) STRICT;
CREATE UNIQUE INDEX events_stream ON events (stream, sequence);

-- The heads of streams that are not an appeal's.
CREATE TABLE heads (
  stream TEXT PRIMARY KEY,
  events INTEGER NOT NULL,
  head   BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE appeals (
  id           TEXT PRIMARY KEY,
  organisation TEXT NOT NULL,
  source_link  TEXT NOT NULL,
  source_id    TEXT NOT NULL,
  kind         TEXT NOT NULL,
  fast_track   INTEGER NOT NULL,
  version      TEXT NOT NULL,
  revision     INTEGER NOT NULL,
  status       TEXT NOT NULL,
  outcome      TEXT NOT NULL,
  status_at    INTEGER NOT NULL,
  rework       INTEGER NOT NULL,
  lead         TEXT NOT NULL,
  targets      TEXT NOT NULL, -- names of links, each with a space before and after
  parked       TEXT NOT NULL,
  received_at  INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  due          TEXT NOT NULL,
  events       INTEGER NOT NULL,
  head         BLOB NOT NULL,
  body         INTEGER NOT NULL, -- seq of the event with the latest content
  files        INTEGER NOT NULL, -- how many rows in files
  numbers      INTEGER NOT NULL, -- how many rows in numbers
  refs         TEXT NOT NULL     -- its records in the targets' systems: link, space, quoted id, newline
) STRICT, WITHOUT ROWID;
CREATE INDEX appeals_parked ON appeals (id) WHERE parked <> '';

CREATE TABLE refs (
  link   TEXT NOT NULL,
  id     TEXT NOT NULL,
  appeal TEXT NOT NULL,
  last   TEXT NOT NULL,    -- id of the last change from this reference
  open   INTEGER NOT NULL, -- a target's record of an appeal that is not in a final status
  PRIMARY KEY (link, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX refs_open ON refs (link, id) WHERE open = 1;

CREATE TABLE tokens (
  link   TEXT NOT NULL,
  token  TEXT NOT NULL,
  appeal TEXT NOT NULL,
  PRIMARY KEY (link, token)
) STRICT, WITHOUT ROWID;

CREATE TABLE files (
  appeal TEXT NOT NULL,
  id     TEXT NOT NULL,
  state  TEXT NOT NULL,
  size   INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  event  INTEGER NOT NULL, -- seq of the event that announced it
  stored INTEGER NOT NULL, -- seq of the event that settled it, 0 for none
  PRIMARY KEY (appeal, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipts (
  appeal     TEXT NOT NULL,
  link       TEXT NOT NULL,
  attachment TEXT NOT NULL,
  id         TEXT NOT NULL,
  PRIMARY KEY (appeal, link, attachment)
) STRICT, WITHOUT ROWID;

-- The events whose change told of a number.
CREATE TABLE numbers (
  appeal TEXT NOT NULL,
  event  INTEGER NOT NULL,
  PRIMARY KEY (appeal, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
  id         INTEGER PRIMARY KEY,
  appeal     TEXT NOT NULL,
  link       TEXT NOT NULL,
  verb       TEXT NOT NULL,
  attachment TEXT NOT NULL,
  event      INTEGER NOT NULL,
  state      TEXT NOT NULL,
  attempts   INTEGER NOT NULL,
  due        INTEGER NOT NULL,
  firm       INTEGER NOT NULL,
  created    INTEGER NOT NULL,
  settled    INTEGER,
  receipt_id TEXT NOT NULL,
  last_kind  TEXT NOT NULL,
  last_error BLOB
) STRICT;
CREATE INDEX deliveries_appeal ON deliveries (appeal);
CREATE INDEX deliveries_open ON deliveries (link, state, due) WHERE settled IS NULL;

CREATE TABLE deadlines (
  appeal       TEXT NOT NULL,
  term         TEXT NOT NULL,
  organisation TEXT NOT NULL,
  due          TEXT NOT NULL,
  open         INTEGER NOT NULL,
  PRIMARY KEY (appeal, term)
) STRICT, WITHOUT ROWID;
CREATE INDEX deadlines_open ON deadlines (due) WHERE open = 1;

CREATE TABLE cursors (
  link TEXT NOT NULL,
  feed TEXT NOT NULL,
  at   TEXT NOT NULL,
  PRIMARY KEY (link, feed)
) STRICT, WITHOUT ROWID;

CREATE TABLE links (
  link       TEXT PRIMARY KEY,
  paused     INTEGER NOT NULL,
  paused_by  TEXT NOT NULL,
  failures   INTEGER NOT NULL,
  down_since INTEGER NOT NULL,
  next_probe INTEGER NOT NULL,
  last_kind  TEXT NOT NULL,
  last_error BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE parked (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  at        INTEGER NOT NULL,
  link      TEXT NOT NULL,
  ref_id    TEXT NOT NULL,
  token     TEXT NOT NULL,
  source_id TEXT NOT NULL,
  reason    TEXT NOT NULL,
  appeal    TEXT NOT NULL,
  event     INTEGER NOT NULL
) STRICT;
CREATE INDEX parked_key ON parked (link, ref_id, token, source_id);
CREATE INDEX parked_token ON parked (link, token) WHERE token <> '';
CREATE INDEX parked_appeal ON parked (appeal) WHERE appeal <> '';

-- +goose Down
DROP TABLE parked;
DROP TABLE links;
DROP TABLE cursors;
DROP TABLE deadlines;
DROP TABLE deliveries;
DROP TABLE numbers;
DROP TABLE receipts;
DROP TABLE files;
DROP TABLE tokens;
DROP TABLE refs;
DROP TABLE appeals;
DROP TABLE heads;
DROP TABLE events;
