package postgres

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// BenchmarkStored is what a hub does all the time, with many appeals in store, a
// fiftieth of them open, before and after the others are archived: the medians must not
// grow with them. The stores take turns, so that the machine's swing hits all alike.
// SCALE=10m adds ten millions.
func BenchmarkStored(b *testing.B) {
	var all []stored
	sizes := []int{10_000, 1_000_000}
	if os.Getenv("SCALE") == "10m" {
		sizes = append(sizes, 10_000_000)
	}
	for _, n := range sizes {
		s := stored{n: n, url: migrated(b)}
		store(b, s.url, n)
		s.j, _ = running(b, s.url, Options{})
		all = append(all, s)
	}
	routine(b, "live", all)
	for _, s := range all {
		b.Run(fmt.Sprintf("archive/stored=%d", s.n), func(b *testing.B) { archiveStored(b, s.j) })
		atRest(b, s.url)
	}
	routine(b, "archived", all)
}

// stored is a journal with n appeals.
type stored struct {
	n     int
	url   string
	j     *Journal
	bytes int64 // of the database
}

// archiveStored archives a part of what is over for each op, and all that is left
// in the end.
func archiveStored(b *testing.B, j *Journal) {
	moved, after := 0, ""
	for b.Loop() {
		got, err := j.Archive(b.Context(), 0, after, 200)
		if err != nil {
			b.Fatal(err)
		}
		moved, after = moved+got.Appeals, got.After
	}
	b.ReportMetric(float64(moved)/b.Elapsed().Seconds(), "appeals/s")
	archiveAll(b, j, 5000)
}

// routine measures each of the things in every store, in turn, and how much longer it
// takes than in the first.
func routine(b *testing.B, state string, all []stored) {
	for i := range all {
		all[i].bytes = count(b, all[i].url, "SELECT pg_database_size(current_database())")
	}
	for _, c := range []struct {
		name string
		run  func(b *testing.B, j *Journal)
	}{{"claim and give back", giveBack}, {"append and settle", appendSettle}, {"due", due}, {"waking", waking}, {"stats", stats}} {
		b.Run(state+"/"+c.name, func(b *testing.B) {
			took := make([][]float64, len(all))
			for b.Loop() {
				for i, s := range all {
					begun := time.Now()
					c.run(b, s.j)
					took[i] = append(took[i], 1000*time.Since(begun).Seconds())
				}
			}
			first := median(took[0])
			for i, s := range all {
				b.ReportMetric(median(took[i]), fmt.Sprintf("ms/%d", s.n))
				b.ReportMetric(median(took[i])/first, fmt.Sprintf("times/%d", s.n))
				b.ReportMetric(float64(s.bytes)/float64(s.n), fmt.Sprintf("bytes/%d", s.n))
			}
		})
	}
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// store writes n appeals that are over, but for a fiftieth: of each hundred of
// those 50 are behind a dead letter's link, 49 wait for a retry and one is due.
func store(b *testing.B, url string, n int) {
	b.Helper()
	const id = "'0197' || lpad(to_hex(i), 8, '0') || '-0000-7000-8000-000000000000'"
	for _, sql := range []string{
		`INSERT INTO events (id, stream, sequence, kind, at, link, ref_id, source_id, actor, organisation, status, outcome, external, revision, verb, delivery,
 attachment, receipt_id, token, reason, prev_hash, body_digest, hash, body)
 SELECT ` + id + `, ` + id + `, s, CASE s WHEN 1 THEN 'appeal.received' ELSE 'delivery.done' END, 1, 'pos', i::text, '1', '', 'adm', 'received', '', '', 1, '', i, '', '', '', '',
 sha256('a'), sha256('b'), sha256('c'), CASE s WHEN 1 THEN decode(repeat('00', 300), 'hex') END FROM generate_series(1, $1::int) i, generate_series(1, 2) s`,
		`INSERT INTO appeals (id, organisation, source_link, source_id, kind, fast_track, version, revision, status, outcome, status_at, rework, lead, targets, parked,
 received_at, updated_at, due, events, head, body, files, numbers, refs)
 SELECT ` + id + `, 'adm', 'pos', i::text, 'message', false, '1', 1, CASE WHEN i % 50 = 0 THEN 'received' ELSE 'answered' END, '', 1, 0, 'rx', ' rx ', '', 1, 1,
 '2026-12-20', 2, sha256('c'), 2 * i - 1, 0, 0, E'rx "doc-' || i || E'"\n' FROM generate_series(1, $1::int) i`,
		`INSERT INTO refs (link, id, appeal, last, open) SELECT l, CASE l WHEN 'rx' THEN 'old-' ELSE '' END || i, ` + id + `, '', l = 'rx' AND i % 50 = 0
 FROM generate_series(1, $1::int) i, unnest(ARRAY['pos', 'rx']) l`,
		`INSERT INTO deliveries (appeal, link, verb, attachment, event, state, attempts, due, firm, created, settled, receipt_id, last_kind, lease, leased_until, node)
 SELECT ` + id + `, 'rx', 'appeal', '', 2 * i - 1, CASE WHEN i % 50 > 0 THEN 'done' WHEN i % 100 = 0 THEN 'dead' ELSE 'ready' END, 0,
 CASE WHEN i % 5000 = 50 THEN 1 ELSE (extract(epoch FROM now() + interval '1 day') * 1000000)::bigint END, true, 1, CASE WHEN i % 50 > 0 THEN 1 END, '', '', '', 0, '' FROM generate_series(1, $1::int) i`,
		`INSERT INTO deadlines (appeal, term, organisation, due, open, wake) SELECT ` + id + `, 'answer', 'adm', to_char(date '2020-01-01' + i % 4000, 'YYYY-MM-DD'), i % 50 = 0,
 CASE WHEN i % 50 > 0 THEN 0 WHEN i <= 5000 THEN 1 ELSE 4000000000000000 END
 FROM generate_series(1, $1::int) i`,
	} {
		query(b, url, sql, n)
	}
	atRest(b, url)
}

// atRest leaves the server nothing to write later of what was stored. Its role needs
// pg_checkpoint's rights.
func atRest(b *testing.B, url string) {
	b.Helper()
	query(b, url, "VACUUM ANALYZE")
	query(b, url, "CHECKPOINT")
}

func waking(b *testing.B, j *Journal) {
	if ids, _, err := j.Waking(b.Context(), time.Time{}, 500); err != nil || len(ids) != 100 {
		b.Fatalf("%d, %v", len(ids), err)
	}
}

func giveBack(b *testing.B, j *Journal) {
	out, err := j.Claim(b.Context(), journal.Claim{Link: "rx", Limit: 2, Lease: time.Minute})
	if err != nil || len(out) != 2 {
		b.Fatalf("claimed %d, %v", len(out), err)
	}
	for _, c := range out {
		if errs, err := j.Settle(b.Context(), journal.Settlement{Delivery: c.ID, Lease: c.Lease, As: journal.SettleBack}); err != nil || errs[0] != nil {
			b.Fatal(errs, err)
		}
	}
}

func appendSettle(b *testing.B, j *Journal) {
	e := entry(benchAppeal())
	e.Appeal.Addressee.Code = "arch"
	if _, err := j.Append(b.Context(), journal.Batch{Entries: []journal.Entry{e}}); err != nil {
		b.Fatal(err)
	}
	out, err := j.Claim(b.Context(), journal.Claim{Link: "arch", Limit: 1, Lease: time.Minute})
	if err != nil || len(out) != 1 {
		b.Fatalf("claimed %d, %v", len(out), err)
	}
	if errs, err := j.Settle(b.Context(), done(out[0])); err != nil || errs[0] != nil {
		b.Fatal(errs, err)
	}
}

func due(b *testing.B, j *Journal) {
	if all, err := j.Due(b.Context(), journal.DeadlineQuery{UpTo: sdk.Date{Year: 2031, Month: 1, Day: 1}, Limit: 100}); err != nil || len(all) != 100 {
		b.Fatalf("%d due, %v", len(all), err)
	}
}

func stats(b *testing.B, j *Journal) {
	if s, err := j.Stats(b.Context()); err != nil || s.Links["rx"].Dead == 0 {
		b.Fatalf("%+v, %v", s, err)
	}
}
