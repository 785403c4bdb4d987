-- +goose Up
-- What a list of one organisation's, or the sweep of the spool, reads: not all there is.
CREATE INDEX appeals_organisation ON appeals (organisation, id);
CREATE INDEX deadlines_organisation ON deadlines (organisation, due, appeal, term) WHERE open = 1;
CREATE INDEX files_sha256 ON files (sha256) WHERE sha256 <> '';

-- +goose Down
DROP INDEX files_sha256;
DROP INDEX deadlines_organisation;
DROP INDEX appeals_organisation;
