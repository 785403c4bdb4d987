-- +goose Up
ALTER TABLE deadlines_all ADD COLUMN provisional boolean NOT NULL DEFAULT false; -- it rests on a calendar that may still change

UPDATE appealhub_meta SET version = 8;

-- +goose Down
ALTER TABLE deadlines_all DROP COLUMN provisional;
