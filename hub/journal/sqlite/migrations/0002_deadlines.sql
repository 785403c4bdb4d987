-- +goose Up
-- What an appeal's terms depend on and what was told of them: the planner's own form.
ALTER TABLE appeals ADD COLUMN terms TEXT NOT NULL DEFAULT '';

ALTER TABLE deadlines ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deadlines ADD COLUMN near INTEGER NOT NULL DEFAULT 0;   -- distances that begin later are still to be told
ALTER TABLE deadlines ADD COLUMN passed INTEGER NOT NULL DEFAULT 0; -- was told
ALTER TABLE deadlines ADD COLUMN wake INTEGER NOT NULL DEFAULT 0;   -- when there is something to tell next
CREATE INDEX deadlines_wake ON deadlines (wake) WHERE wake > 0;
DROP INDEX deadlines_open;
CREATE INDEX deadlines_open ON deadlines (due, appeal, term) WHERE open = 1;

-- +goose Down
DROP INDEX deadlines_open;
CREATE INDEX deadlines_open ON deadlines (due) WHERE open = 1;
DROP INDEX deadlines_wake;
ALTER TABLE deadlines DROP COLUMN wake;
ALTER TABLE deadlines DROP COLUMN passed;
ALTER TABLE deadlines DROP COLUMN near;
ALTER TABLE deadlines DROP COLUMN due_at;
ALTER TABLE appeals DROP COLUMN terms;
