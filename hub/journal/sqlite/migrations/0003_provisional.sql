-- +goose Up
ALTER TABLE deadlines ADD COLUMN provisional INTEGER NOT NULL DEFAULT 0; -- it rests on a calendar that may still change

-- +goose Down
ALTER TABLE deadlines DROP COLUMN provisional;
