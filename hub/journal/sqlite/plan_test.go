package sqlite

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// plans returns how SQLite carries out each statement that c has prepared.
func plans(t *testing.T, c *conn) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, sql := range slices.Collect(maps.Keys(c.stmts)) {
		switch verb, _, _ := strings.Cut(sql, " "); verb {
		case "SELECT", "UPDATE", "DELETE", "INSERT":
		default:
			continue
		}
		s := c.prepare("EXPLAIN QUERY PLAN " + sql)
		for s.next() {
			all[sql] += s.colText(3) + "\n"
		}
		if err := s.err(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestNoScans: what the writer does for an appeal takes as long with a million
// of them stored as with one.
func TestNoScans(t *testing.T) {
	j, _ := running(t, filepath.Join(t.TempDir(), "journal.db"))
	now := time.Now()
	take := func(e journal.Entry) journal.Result {
		t.Helper()
		e.At, e.Link = now, "pos"
		if c := e.Change; c != nil && c.Ref.Link != "" {
			e.Link = c.Ref.Link
		}
		r, err := j.Append(t.Context(), journal.Batch{Entries: []journal.Entry{e}, Cursors: []journal.Position{{Link: "pos", Feed: "appeals", At: "7"}}})
		if err != nil {
			t.Fatal(err)
		}
		return r[0]
	}
	appeal := func(id, version, to string) *sdk.Appeal {
		return &sdk.Appeal{Ref: sdk.Ref{Link: "pos", ID: id}, Version: version, Addressee: sdk.Addressee{Code: to}, Attachments: []sdk.Attachment{{ID: "f", Locator: "l"}}}
	}
	change := func(id string) *sdk.StatusChange {
		return &sdk.StatusChange{ID: id, Ref: sdk.Ref{Link: "rx", ID: "doc-1"}, Token: "t1", Status: sdk.StatusInWork, At: now, Number: sdk.Number{Value: id}}
	}
	settle := func(link string, as journal.SettleAs) {
		t.Helper()
		out, err := j.Claim(t.Context(), journal.Claim{Link: link, Limit: 1, Lease: time.Minute, Now: now})
		if err != nil || len(out) != 1 {
			t.Fatalf("claimed %v of %s, %v", out, link, err)
		}
		s := journal.Settlement{Delivery: out[0].ID, Lease: out[0].Lease, At: now, As: as, Due: now, Kind: sdk.Transient}
		if as == journal.SettleDone {
			s.Receipt, s.File = sdk.Receipt{Ref: sdk.Ref{ID: "doc-1"}, Token: "t1"}, &sdk.Attachment{SHA256: strings.Repeat("0", 64)}
		}
		if errs, err := j.Settle(t.Context(), s); err != nil || errs[0] != nil {
			t.Fatal(errs, err)
		}
	}
	take(journal.Entry{Change: change("c1")}) // waits
	take(journal.Entry{Change: change("c2"), Snapshot: true})
	take(journal.Entry{Appeal: appeal("1", "1", "rx")})
	take(journal.Entry{Appeal: appeal("1", "2", "rx")})
	take(journal.Entry{Appeal: appeal("1", "1", "rx")}) // a duplicate
	parked := take(journal.Entry{Appeal: appeal("2", "1", "")})
	take(journal.Entry{Route: parked.Appeal})
	take(journal.Entry{Rejected: &sdk.Raw{Body: []byte("<")}})
	settle("rx", journal.SettleRetry)
	settle("rx", journal.SettleDone)
	settle("pos", journal.SettleDone)
	settle("rx", journal.SettleDead)
	take(journal.Entry{Change: change("c3")})
	take(journal.Entry{Change: change("c3")})
	dead := journal.DeliveryQuery{States: []journal.DeliveryState{journal.DeliveryDeadly}, Limit: 10}
	for _, kind := range []journal.ActionKind{journal.ActRetry, journal.ActSkip} {
		if _, err := j.Act(t.Context(), journal.Action{Kind: kind, Filter: dead, At: now}); err != nil {
			t.Fatal(err)
		}
	}
	for _, paused := range []bool{true, false} {
		if err := j.SetLink(t.Context(), "rx", "", now, func(s *journal.LinkState) { s.Paused = paused }); err != nil {
			t.Fatal(err)
		}
	}
	err := j.do(t.Context(), true, func(tx *tx) error {
		all := plans(t, tx.c)
		if len(all) < 30 {
			t.Errorf("%d statements", len(all))
		}
		for sql, plan := range all {
			for line := range strings.Lines(plan) {
				walks := strings.HasPrefix(line, "SCAN ") && !strings.HasPrefix(line, "SCAN d USING INDEX deliveries_open") && !strings.HasPrefix(line, "SCAN (subquery")
				if walks && sql != countWaiting || strings.Contains(line, "(rowid>?)") && !strings.Contains(line, "INDEX") {
					t.Errorf("%s\n%s", sql, line)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// countWaiting is asked once, when the journal opens.
const countWaiting = "SELECT count(*) FROM parked WHERE reason = 'unknown_ref'"

// TestOpenDeliveriesByIndex: the lists of what waits and of what is dead are
// answered from the index of open deliveries, not from all there ever were.
func TestOpenDeliveriesByIndex(t *testing.T) {
	j, _ := running(t, filepath.Join(t.TempDir(), "journal.db"))
	for name, q := range map[string]journal.DeliveryQuery{
		"dead":            {States: []journal.DeliveryState{journal.DeliveryDeadly}, Limit: 51},
		"dead, of a link": {States: []journal.DeliveryState{journal.DeliveryDeadly}, Link: "rx", Limit: 51},
		"dead, of a kind": {States: []journal.DeliveryState{journal.DeliveryDeadly}, Kind: sdk.Rejected, Limit: 51},
		"all that waits":  {States: []journal.DeliveryState{journal.DeliveryReady, journal.DeliveryQueued, journal.DeliveryHeld}, After: 7, Limit: 51},
	} {
		err := j.do(t.Context(), true, func(tx *tx) error {
			for sql := range tx.c.stmts {
				if strings.Contains(sql, "FROM deliveries d") {
					delete(tx.c.stmts, sql)
				}
			}
			if _, err := j.deliveries(tx.c, q); err != nil {
				return err
			}
			for sql, plan := range plans(t, tx.c) {
				if strings.Contains(sql, "FROM deliveries d") && !strings.Contains(plan, "USING INDEX deliveries_open") {
					t.Errorf("%s: %s\n%s", name, sql, plan)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
