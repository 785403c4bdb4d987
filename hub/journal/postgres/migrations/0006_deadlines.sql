-- +goose Up
-- What an appeal's terms depend on and what was told of them: the planner's own form.
ALTER TABLE appeals ADD COLUMN terms text NOT NULL DEFAULT '';

ALTER TABLE deadlines
  ADD COLUMN due_at bigint  NOT NULL DEFAULT 0,
  ADD COLUMN near   bigint  NOT NULL DEFAULT 0,     -- distances that begin later are still to be told
  ADD COLUMN passed boolean NOT NULL DEFAULT false, -- was told
  ADD COLUMN wake   bigint  NOT NULL DEFAULT 0;     -- when there is something to tell next
CREATE INDEX deadlines_wake ON deadlines (wake) WHERE wake > 0;

-- An older program would end a term without the clock's hearing of it.
UPDATE appealhub_meta SET version = 6, min_compatible = 6;

-- +goose Down
DROP INDEX deadlines_wake;
ALTER TABLE deadlines DROP COLUMN due_at, DROP COLUMN near, DROP COLUMN passed, DROP COLUMN wake;
ALTER TABLE appeals DROP COLUMN terms;
