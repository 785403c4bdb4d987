package postgres

import (
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
	"github.com/appealhub/appealhub/sdk"
)

// TestOpenDeliveriesByIndex: the lists of what waits and of what is dead are answered
// from the index of open deliveries. By the key they come in order, so that a page
// looks cheap; but dead letters are the latest, behind all that is settled.
func TestOpenDeliveriesByIndex(t *testing.T) {
	url := migrated(t)
	query(t, url, `INSERT INTO deliveries (appeal, link, verb, attachment, event, state, attempts, due, firm, created, settled, receipt_id, last_kind, lease, leased_until, node)
 SELECT i, 'rx', 'appeal', '', i, CASE WHEN i > 40000 THEN 'dead' ELSE 'done' END, 0, 1, false, 1, CASE WHEN i <= 40000 THEN 1 END, '', '', '', 0, '' FROM generate_series(1, 50000) i`)
	query(t, url, "VACUUM ANALYZE deliveries")
	j, err := Open(t.Context(), url, Options{Options: journal.Options{Planner: journaltest.Planner{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	l := &listener{all: map[string][]any{}}
	j.pool = l.on(t, j.pool)
	dead := []journal.DeliveryState{journal.DeliveryDeadly}
	for name, q := range map[string]journal.DeliveryQuery{
		"dead":            {States: dead, Limit: 51},
		"dead, of a link": {States: dead, Link: "rx", Limit: 51},
		"dead, of a kind": {States: dead, Kind: sdk.Rejected, Limit: 51},
		"the next page":   {States: dead, After: 7, Limit: 51},
	} {
		clear(l.all)
		if _, err := j.Deliveries(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		for sql, plan := range l.plans(t, url) {
			if !strings.Contains(plan, "deliveries_open") {
				t.Errorf("%s: %s\n%s", name, sql, plan)
			}
		}
	}
}

// TestListsByIndex: what is one organisation's is found without a walk through all
// there is.
func TestListsByIndex(t *testing.T) {
	url := migrated(t)
	for _, sql := range []string{
		`INSERT INTO appeals (id, organisation, source_link, source_id, kind, fast_track, version, revision, status, outcome, status_at, rework, lead, targets, parked,
 received_at, updated_at, due, events, head, body, files, numbers, refs)
 SELECT i, 'org' || i % 500, 'pos', i::text, 'message', false, '1', 1, 'received', '', 1, 0, 'rx', ' rx ', '', 1, 1, '2026-12-20', 1, sha256('c'), i, 0, 0, '' FROM generate_series(1, 20000) i`,
		`INSERT INTO deadlines (appeal, term, organisation, due, open, wake) SELECT i, 'answer', 'org' || i % 500, to_char(date '2026-12-01' + i % 60, 'YYYY-MM-DD'), true, 0 FROM generate_series(1, 20000) i`,
		"VACUUM ANALYZE appeals, deadlines",
	} {
		query(t, url, sql)
	}
	j, err := Open(t.Context(), url, Options{Options: journal.Options{Planner: journaltest.Planner{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	l := &listener{all: map[string][]any{}}
	j.pool = l.on(t, j.pool)
	if all, err := j.Appeals(t.Context(), journal.AppealQuery{Organisation: "org7", Before: "a", Limit: 51}); err != nil || len(all) != 40 {
		t.Errorf("%d appeals, %v", len(all), err)
	}
	if n, err := j.Count(t.Context(), journal.AppealQuery{Organisation: "org7"}); err != nil || n != 40 {
		t.Errorf("%d are counted, %v", n, err)
	}
	if all, err := j.Due(t.Context(), journal.DeadlineQuery{Organisation: "org7", Limit: 51}); err != nil || len(all) != 40 {
		t.Errorf("%d terms, %v", len(all), err)
	}
	plans := l.plansOf(t, url, "appeals a", "deadlines")
	for sql, plan := range plans {
		if !strings.Contains(plan, "_organisation") {
			t.Errorf("%s\n%s", sql, plan)
		}
	}
	if len(plans) != 3 {
		t.Errorf("%d statements were heard", len(plans))
	}
}
