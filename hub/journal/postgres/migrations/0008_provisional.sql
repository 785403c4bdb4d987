-- +goose Up
ALTER TABLE deadlines ADD COLUMN provisional boolean NOT NULL DEFAULT false; -- it rests on a calendar that may still change

UPDATE appealhub_meta SET version = 8;

-- +goose Down
ALTER TABLE deadlines DROP COLUMN provisional;
