package api

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

// BenchmarkRecompute counts the terms of so many open appeals anew by another
// policy, first as a preview and then for good: time for each appeal, and the
// heap's growth, which must not follow their number.
func BenchmarkRecompute(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprintf("appeals=%d", n), func(b *testing.B) {
			for b.Loop() {
				recomputeMany(b, n)
			}
		})
	}
}

func recomputeMany(b *testing.B, n int) {
	b.StopTimer()
	w := newWorld(b, nil)
	openAppeals(b, w, n)
	w.cfg.Practice("adm").Policy = deadline.NextWorkingDay
	b.StartTimer()
	for _, pass := range []struct {
		name, body string
	}{{"preview", `{"dry_run": true}`}, {"for-good", `{}`}} {
		most := watchHeap()
		begun := time.Now()
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/api/v1/deadlines/recompute", strings.NewReader(pass.body))
		r.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		w.handler.ServeHTTP(answer, r)
		took := time.Since(begun)
		if last := answer.Body.String(); !strings.Contains(last, fmt.Sprintf(`"seen":%d,`, n)) || !strings.Contains(last, `"done":true`) {
			b.Fatal(last[max(0, len(last)-300):])
		}
		b.ReportMetric(float64(took.Microseconds())/float64(n), pass.name+"-µs/appeal")
		b.ReportMetric(float64(most())/(1<<20), pass.name+"-peak-MiB")
	}
}

// watchHeap looks at the heap now and then; the function returned tells the most.
func watchHeap() (most func() uint64) {
	done, told := make(chan struct{}), make(chan uint64)
	go func() {
		var m runtime.MemStats
		var peak uint64
		for tick := time.NewTicker(50 * time.Millisecond); ; {
			select {
			case <-tick.C:
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			case <-done:
				tick.Stop()
				told <- peak
				return
			}
		}
	}()
	return func() uint64 { close(done); return <-told }
}

// openAppeals writes n open appeals, registered on the days of 2026.
func openAppeals(b *testing.B, w *world, n int) {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+w.path)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	insert, err := tx.Prepare(`INSERT INTO appeals (id, organisation, source_link, source_id, kind, fast_track, version, revision, status, outcome, status_at, rework, lead, targets,
 parked, received_at, updated_at, due, events, head, body, files, numbers, refs, terms) VALUES (?, 'adm', 'mail', ?, 'appeal', 0, '1', 1, 'in_work', '', 1, 0, 'rx', ' rx ', '', 1, 1, '', 1, zeroblob(32), 1, 0, 0, '', ?)`)
	if err != nil {
		b.Fatal(err)
	}
	practice := w.cfg.Practice("adm")
	texts := make([]string, 365)
	for i := range texts {
		at := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC).AddDate(0, 0, i)
		r := deadline.Record{Facts: deadline.Facts{Received: deadline.At(at), Registered: deadline.At(at)}}
		terms := practice.Terms(&r, sdk.KindAppeal)
		answer, _ := terms.Find(deadline.Answer)
		r.Watched, _ = practice.Watch(nil, &deadline.Terms{Terms: []deadline.Term{answer}}, false)
		texts[i] = r.String()
	}
	for i := range n {
		id, err := uuid.NewV7()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := insert.Exec(id.String(), fmt.Sprint("x", i), texts[i%365]); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}
