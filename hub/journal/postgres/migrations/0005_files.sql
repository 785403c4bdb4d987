-- +goose Up
CREATE INDEX files_sha256 ON files (sha256) WHERE sha256 <> '';

UPDATE appealhub_meta SET version = 5;

-- +goose Down
DROP INDEX files_sha256;
