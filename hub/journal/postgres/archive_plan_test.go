package postgres

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
	"github.com/appealhub/appealhub/sdk"
)

// listener keeps the statements that a journal makes, with their arguments.
type listener struct {
	mu  sync.Mutex
	all map[string][]any
}

func (l *listener) hear(sql string, args []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all[sql] = args
}

func (l *listener) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	l.hear(d.SQL, d.Args)
	return ctx
}

func (l *listener) TraceBatchQuery(_ context.Context, _ *pgx.Conn, d pgx.TraceBatchQueryData) {
	l.hear(d.SQL, d.Args)
}

func (l *listener) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}
func (l *listener) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
func (l *listener) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// on is the pool, listened to.
func (l *listener) on(t *testing.T, pool *pgxpool.Pool) *pgxpool.Pool {
	t.Helper()
	cfg := pool.Config()
	cfg.ConnConfig.Tracer = l
	pool.Close()
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

// plans are those of the statements about deliveries and deadlines.
func (l *listener) plans(t *testing.T, url string) map[string]string {
	t.Helper()
	return l.plansOf(t, url, "deliveries", "deadlines")
}

// plansOf are those of the statements that hold one of the words.
func (l *listener) plansOf(t *testing.T, url string, words ...string) map[string]string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	out := map[string]string{}
	for sql, args := range l.all {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(sql, w) }) {
			continue
		}
		lines, err := list(t.Context(), c, pgx.RowTo[string], "EXPLAIN "+sql, args...)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		out[sql] = strings.Join(lines, "\n")
	}
	return out
}

// TestNoScanReadsTheArchive: nothing that looks for work, plans it or ends it has
// a plan that the archive is in; the reading of one appeal has.
func TestNoScanReadsTheArchive(t *testing.T) {
	url := migrated(t)
	first, _ := running(t, url, Options{})
	ids := over(t, first, 3)
	archiveAll(t, first, 10)

	l := &listener{all: map[string][]any{}}
	j, err := Open(t.Context(), url, Options{Options: journal.Options{Planner: journaltest.Planner{}}})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	j.pool, j.writers = l.on(t, j.pool), l.on(t, j.writers)
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- j.Run(ctx) }()
	work(t, j)
	cancel()
	if err := <-ran; err != nil {
		t.Error(err)
	}
	plans := l.plans(t, url)
	for sql, plan := range plans {
		if strings.Contains(plan, "_archive") {
			t.Errorf("%s\n%s", sql, plan)
		}
	}
	if len(plans) < 12 {
		t.Errorf("%d statements were heard", len(plans))
	}
	if _, err := j.Appeal(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, plan := range l.plans(t, url) {
		if strings.Contains(plan, "deliveries_archive") || strings.Contains(plan, "deadlines_archive") {
			seen++
		}
	}
	if seen != 2 {
		t.Errorf("of one appeal %d statements read the archive", seen)
	}
}

// work is what a hub does with what is not archived.
func work(t *testing.T, j *Journal) {
	t.Helper()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	must(send(t, j, "new", "1"))
	for _, c := range claim(t, j, 1, time.Minute) {
		must(j.Settle(t.Context(), journal.Settlement{Delivery: c.ID, Lease: c.Lease, As: journal.SettleBack}))
	}
	settleAll(t, j, "rx")
	say(t, j, "new", "c", sdk.StatusInWork)
	for _, paused := range []bool{true, false} {
		must(nil, j.SetLink(t.Context(), "pos", "", time.Now(), func(s *journal.LinkState) { s.Paused = paused }))
	}
	settleAll(t, j, "pos")
	due := entry(message("due", "1"))
	due.Appeal.AnswerBy = sdk.Date{Year: 2020, Month: 1, Day: 1}
	must(j.Append(t.Context(), journal.Batch{Entries: []journal.Entry{due}}))
	ids, at, err := j.Waking(t.Context(), time.Time{}, 10)
	must(ids, err)
	for _, id := range ids {
		must(j.Append(t.Context(), journal.Batch{Entries: []journal.Entry{{At: at, Clock: &journal.Clock{Appeal: id}}}}))
	}
	must(j.Due(t.Context(), journal.DeadlineQuery{Organisation: "adm"}))
	must(j.Stats(t.Context()))
	must(j.Nodes(t.Context()))
	must(j.Peers(t.Context()))
	must(j.Act(t.Context(), journal.Action{Kind: journal.ActRetry, Filter: journal.DeliveryQuery{States: []journal.DeliveryState{journal.DeliveryReady}}, At: time.Now()}))
}
