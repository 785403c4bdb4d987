-- +goose Up
-- What a list of one organisation's reads: not all there is. (Not concurrently: that
-- would wait for a node that waits for this migration.)
CREATE INDEX appeals_organisation ON appeals (organisation, id);
CREATE INDEX deadlines_organisation ON deadlines (organisation, due, appeal, term) WHERE open;

UPDATE appealhub_meta SET version = 10;

-- +goose Down
DROP INDEX deadlines_organisation, appeals_organisation;
