package transfer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
	"github.com/appealhub/appealhub/hub/journal/postgres"
	"github.com/appealhub/appealhub/hub/journal/postgres/pgtest"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
	"github.com/appealhub/appealhub/sdk"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m, &server)) }

var now = time.Date(2026, 11, 20, 9, 0, 0, 123456000, time.UTC)

// running is a journal that commits until the test ends or stop is called.
func running(t *testing.T, j journal.Journal) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- j.Run(ctx) }()
	done := false
	stop = func() {
		if done {
			return
		}
		done = true
		cancel()
		if err := errors.Join(<-ran, j.Close()); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return stop
}

func appeal(n int, targets string, files ...sdk.Attachment) *sdk.Appeal {
	return &sdk.Appeal{
		Ref: sdk.Ref{Link: "pos", ID: fmt.Sprint(n)}, Version: "v1", Kind: sdk.KindMessage, Channel: sdk.ChannelPOS, AnswerBy: sdk.Date{Year: 2026, Month: 12, Day: 1},
		Addressee: sdk.Addressee{Code: targets}, Text: fmt.Sprintf("Во дворе не горит свет %d", n), Applicant: sdk.Applicant{Surname: "Иванова"}, Attachments: files,
	}
}

func add(t *testing.T, j journal.Journal, e journal.Entry) journal.Result {
	t.Helper()
	e.At = now
	r, err := j.Append(t.Context(), journal.Batch{Entries: []journal.Entry{e}, Cursors: []journal.Position{{Link: "pos", Feed: "appeals", At: "7"}}})
	if err != nil {
		t.Fatal(err)
	}
	return r[0]
}

func settle(t *testing.T, j journal.Journal, s journal.Settlement) {
	t.Helper()
	s.At = now
	errs, err := j.Settle(t.Context(), s)
	if err = errors.Join(append(errs, err)...); err != nil {
		t.Fatal(err)
	}
}

func claim(t *testing.T, j journal.Journal, link string, n int) []journal.Claimed {
	t.Helper()
	all, err := j.Claim(t.Context(), journal.Claim{Link: link, Limit: n, Lease: time.Hour, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// full is a file with something of everything: many appeals, files, a receipt, a
// dead letter, deliveries in hand, parked changes, appeals and bytes, a link that
// is paused, places, terms.
func full(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "journal.db")
	j, err := sqlite.Open(t.Context(), path, journal.Options{Planner: journaltest.Planner{}})
	if err != nil {
		t.Fatal(err)
	}
	stop := running(t, j)
	var many journal.Batch
	for n := range batch + 50 {
		many.Entries = append(many.Entries, journal.Entry{At: now, Link: "pos", Appeal: appeal(1000+n, "arch")})
	}
	if _, err := j.Append(t.Context(), many); err != nil {
		t.Fatal(err)
	}
	for n := range 6 {
		add(t, j, journal.Entry{Link: "pos", Appeal: appeal(n, "rx", sdk.Attachment{ID: "f", Name: "f.jpg", Locator: "https://pos.example/f"})})
	}
	add(t, j, journal.Entry{Link: "pos", Appeal: appeal(90, "nowhere")})
	add(t, j, journal.Entry{Link: "rx", Change: &sdk.StatusChange{ID: "early", Ref: sdk.Ref{Link: "rx", ID: "doc-5"}, Status: sdk.StatusInWork, At: now}})
	add(t, j, journal.Entry{Link: "rx", Change: &sdk.StatusChange{ID: "late", Token: "t-9", Status: sdk.StatusInWork, At: now}})
	add(t, j, journal.Entry{Link: "pos", Rejected: &sdk.Raw{RefID: "x", Body: []byte("<html>"), Reason: "no JSON"}})
	taken := claim(t, j, "rx", 4)
	settle(t, j, journal.Settlement{Delivery: taken[0].ID, Lease: taken[0].Lease, As: journal.SettleDone, Receipt: sdk.Receipt{Ref: sdk.Ref{Link: "rx", ID: "doc-1"}}})
	settle(t, j, journal.Settlement{Delivery: taken[1].ID, Lease: taken[1].Lease, As: journal.SettleDead, Kind: sdk.Rejected, Error: "no such district"})
	settle(t, j, journal.Settlement{Delivery: taken[2].ID, Lease: taken[2].Lease, As: journal.SettleRetry, Kind: sdk.Transient, Error: "down", Due: now.Add(time.Hour), Counts: true})
	add(t, j, journal.Entry{Link: "rx", Change: &sdk.StatusChange{ID: "n", Ref: sdk.Ref{Link: "rx", ID: "doc-1"}, Status: sdk.StatusRegistered, Number: sdk.Number{Link: "rx", Value: "1-ОГ"}, At: now}})
	if err := j.SetLink(t.Context(), "arch", "ivanov", now, func(s *journal.LinkState) { s.Paused, s.PausedBy, s.LastError = true, "ivanov", "работы" }); err != nil {
		t.Fatal(err)
	}
	stop()
	return path
}

// views are all that a journal shows.
func views(t *testing.T, j journal.Journal) map[string]any {
	t.Helper()
	out := map[string]any{}
	must := func(name string) func(v any, err error) {
		return func(v any, err error) {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			out[name] = v
		}
	}
	all, err := j.Appeals(t.Context(), journal.AppealQuery{})
	must("appeals")(all, err)
	for _, v := range all[:40] {
		r, err := j.Appeal(t.Context(), v.ID)
		must("appeal "+v.ID)(r, err)
		h, err := j.History(t.Context(), v.ID)
		must("history "+v.ID)(h, err)
	}
	deliveries, err := j.Deliveries(t.Context(), journal.DeliveryQuery{})
	must("deliveries")(deliveries, err)
	parked, err := j.Parked(t.Context(), journal.ParkedQuery{})
	must("parked")(parked, err)
	refs, err := j.OpenRefs(t.Context(), "rx", "", 0)
	must("open references")(refs, err)
	due, err := j.Due(t.Context(), journal.DeadlineQuery{UpTo: sdk.Date{Year: 2027, Month: 1, Day: 1}})
	must("due")(due, err)
	at, err := j.Cursor(t.Context(), "pos", "appeals")
	must("cursor")(at, err)
	state, err := j.LinkState(t.Context(), "arch")
	must("link")(state, err)
	return out
}

func opened(t *testing.T, path string) journal.Journal {
	t.Helper()
	j, err := sqlite.OpenReadOnly(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// TestCopy: the copy shows the same, its chains are whole, and a hub works on with
// it as with the source.
func TestCopy(t *testing.T) {
	path, url := full(t), server.URL(t)
	var last Progress
	c := Copy{From: path, To: url, Tell: func(p Progress) { last = p }}
	rows, err := c.Run(t.Context())
	if err != nil || last.Done != last.All || rows != last.All {
		t.Fatalf("%d rows, %+v, %v", rows, last, err)
	}
	if n, err := c.Verify(t.Context()); err != nil || n == 0 {
		t.Fatalf("%d events, %v", n, err)
	}
	j, err := postgres.Open(t.Context(), url, postgres.Options{Options: journal.Options{Planner: journaltest.Planner{}}, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	running(t, j)
	if d := cmp.Diff(views(t, opened(t, path)), views(t, j), cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	goOn(t, j)
	if _, err := c.Run(t.Context()); !errors.Is(err, ErrInUse) {
		t.Errorf("a second copy: %v", err)
	}
}

// goOn works on a copy: what was known is a duplicate, what waited is attached to
// the record that becomes known, what was in hand is due.
func goOn(t *testing.T, j journal.Journal) {
	t.Helper()
	if r := add(t, j, journal.Entry{Link: "pos", Appeal: appeal(3, "rx", sdk.Attachment{ID: "f", Name: "f.jpg", Locator: "https://pos.example/f"})}); r.Outcome != journal.Duplicate {
		t.Errorf("a known appeal: %s", r.Outcome)
	}
	if r := add(t, j, journal.Entry{Link: "pos", Appeal: appeal(77, "rx")}); r.Outcome != journal.Appended {
		t.Errorf("a new one: %s", r.Outcome)
	}
	taken := claim(t, j, "rx", 100)
	if len(taken) < 3 {
		t.Fatalf("%d are due", len(taken))
	}
	settle(t, j, journal.Settlement{Delivery: taken[0].ID, Lease: taken[0].Lease, As: journal.SettleDone, Receipt: sdk.Receipt{Ref: sdk.Ref{Link: "rx", ID: "doc-5"}, Token: "t-9"}})
	history, err := j.History(t.Context(), taken[0].Appeal)
	if err != nil {
		t.Fatal(err)
	}
	var came []string
	for _, e := range history {
		if e.Kind == journal.StatusChanged {
			came = append(came, e.SourceID)
		}
	}
	if d := cmp.Diff([]string{"early", "late"}, came); d != "" {
		t.Errorf("what waited: %s", d)
	}
}

// TestCopyInterrupted: a copy that is cut off after any of its batches goes on, and
// no hub works on a part.
func TestCopyInterrupted(t *testing.T) {
	path, url := full(t), server.URL(t)
	cuts := 0
	for {
		ctx, cut := context.WithCancel(t.Context())
		batches := 0
		_, err := Copy{From: path, To: url, Tell: func(Progress) {
			if batches++; batches == 1 {
				cut()
			}
		}}.Run(ctx)
		cut()
		if err == nil {
			break
		}
		if cuts++; cuts > 100 {
			t.Fatal(err)
		}
		var open *postgres.OpenError
		if _, err := postgres.Open(t.Context(), url, postgres.Options{Options: journal.Options{Planner: journaltest.Planner{}}}); !errors.As(err, &open) {
			t.Fatalf("a hub opens a part: %v", err)
		}
		if _, err := postgres.Check(t.Context(), url); !errors.As(err, &open) {
			t.Fatalf("a check does not see a part: %v", err)
		}
	}
	if cuts < len(tables())/2 {
		t.Errorf("cut %d times only", cuts)
	}
	if _, err := (Copy{From: path, To: url}).Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestCopyRefused: a target in use, a part of another journal and an empty source
// are refused.
func TestCopyRefused(t *testing.T) {
	path, url := full(t), server.URL(t)
	ctx, cut := context.WithCancel(t.Context())
	if _, err := (Copy{From: path, To: url, Tell: func(Progress) { cut() }}).Run(ctx); err == nil {
		t.Fatal("it was not cut")
	}
	if _, err := (Copy{From: full(t), To: url}).Run(t.Context()); !errors.Is(err, ErrOther) {
		t.Errorf("another journal: %v", err)
	}
	empty := filepath.Join(t.TempDir(), "journal.db")
	if _, _, err := sqlite.Migrate(t.Context(), empty); err != nil {
		t.Fatal(err)
	}
	if _, err := (Copy{From: empty, To: server.URL(t)}).Run(t.Context()); !errors.Is(err, ErrEmpty) {
		t.Errorf("an empty one: %v", err)
	}
}

// TestCopyOtherSchema: a source of an earlier version lacks columns, and one of a
// later version has some that nobody knows; neither is begun with.
func TestCopyOtherSchema(t *testing.T) {
	for sql, fits := range map[string]func(error) bool{
		"DELETE FROM goose_db_version WHERE version_id > 1":                       func(err error) bool { return errors.Is(err, ErrOld) },
		"INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)": func(err error) bool { return errors.As(err, new(*sqlite.NewerError)) },
	} {
		path, url := full(t), server.URL(t)
		alter(t, path, sql)
		if _, err := (Copy{From: path, To: url}).Run(t.Context()); !fits(err) {
			t.Errorf("%s: %v", sql, err)
		}
		if s, err := postgres.Check(t.Context(), url); err != nil || s.Schema != 0 {
			t.Errorf("%s: the target was begun with: %+v, %v", sql, s, err)
		}
	}
}

// alter runs a statement on SQLite's file.
func alter(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// TestVerify: what is not the source's is named.
func TestVerify(t *testing.T) {
	for sql, want := range map[string]string{
		"DELETE FROM receipts": "",
		"UPDATE deliveries_all SET archived = true WHERE settled IS NOT NULL; UPDATE deadlines_all SET archived = true": "",
		"UPDATE events SET status = 'closed' WHERE seq = 9":                                                             "record",
		"DELETE FROM deadlines WHERE appeal = (SELECT min(appeal) FROM deadlines)":                                      "table deadlines",
		"DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)":                                                  "table events",
	} {
		path, url := full(t), server.URL(t)
		c := Copy{From: path, To: url}
		if _, err := c.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
		conn.Close(t.Context())
		_, err = c.Verify(t.Context())
		if (want == "") != (err == nil) || err != nil && (!errors.Is(err, ErrDiffers) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// TestVerifyOther: a source that is not the one copied is told, be it of the same
// appeals and unbroken in itself.
func TestVerifyOther(t *testing.T) {
	url := server.URL(t)
	of := func(text string) Copy {
		path := filepath.Join(t.TempDir(), "journal.db")
		j, err := sqlite.Open(t.Context(), path, journal.Options{Planner: journaltest.Planner{}})
		if err != nil {
			t.Fatal(err)
		}
		stop := running(t, j)
		a := appeal(1, "rx")
		a.Text = text
		add(t, j, journal.Entry{ID: "01a214dc-e29c-7cac-bcdc-d47aa10e4d6f", Link: "pos", Appeal: a})
		stop()
		return Copy{From: path, To: url}
	}
	copied, other := of("Яма"), of("Нет света")
	if _, err := copied.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := copied.Verify(t.Context()); err != nil {
		t.Errorf("its own: %v", err)
	}
	if _, err := other.Verify(t.Context()); !errors.Is(err, ErrDiffers) || !strings.Contains(err.Error(), "record 1 is not the source's") {
		t.Errorf("another: %v", err)
	}
}
