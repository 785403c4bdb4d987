package sqlite

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
	"github.com/appealhub/appealhub/sdk"
)

// BenchmarkLife is all rows of an appeal's life: appended with one delivery,
// claimed, settled with a reference; 16 at a time, as 16 callers would.
func BenchmarkLife(b *testing.B) {
	for _, stored := range []int{0, 10_000} {
		b.Run(fmt.Sprintf("stored=%d", stored), func(b *testing.B) { life(b, stored) })
	}
}

const batch = 16

func life(b *testing.B, stored int) {
	j, err := Open(b.Context(), filepath.Join(b.TempDir(), "journal.db"), journal.Options{Planner: journaltest.Planner{}})
	if err != nil {
		b.Fatal(err)
	}
	ran := make(chan error)
	go func() { ran <- j.Run(b.Context()) }()
	fill(b, j, stored)
	l := &liver{B: b, j: j}
	b.ResetTimer()
	cpu := cpuTime(b)
	for n := 0; n < b.N; n += batch {
		l.batch()
	}
	b.StopTimer()
	lived := float64((b.N + batch - 1) / batch * batch)
	b.ReportMetric(float64((cpuTime(b)-cpu).Microseconds())/lived, "cpu-µs/appeal")
	b.ReportMetric(float64(l.commits)/lived, "commits/appeal")
	j.stop()
	<-ran
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
}

// fill stores appeals that have been delivered.
func fill(b *testing.B, j *Journal, n int) {
	l := &liver{B: b, j: j}
	for ; n > 0; n -= batch {
		l.batch()
	}
}

// liver leads appeals through their lives. Its commits are counted by what it
// waits for: one for a batch of appends, one for a batch of settlements.
type liver struct {
	*testing.B
	j       *Journal
	commits int
}

func (l *liver) batch() {
	now := time.Now()
	var wg sync.WaitGroup
	for range batch {
		a := benchAppeal()
		wg.Go(func() {
			if _, err := l.j.Append(l.Context(), journal.Batch{Entries: []journal.Entry{{At: now, Link: "pos", Appeal: a}}}); err != nil {
				l.Error(err)
			}
		})
	}
	wg.Wait()
	out, err := l.j.Claim(l.Context(), journal.Claim{Link: "rx", Limit: batch, Lease: time.Minute, Now: now})
	if err != nil || len(out) != batch {
		l.Fatalf("claimed %d, %v", len(out), err)
	}
	for _, c := range out {
		s := journal.Settlement{Delivery: c.ID, Lease: c.Lease, At: now, As: journal.SettleDone, Receipt: sdk.Receipt{Ref: sdk.Ref{Link: "rx", ID: fmt.Sprintf("doc-%09d", c.ID)}}}
		wg.Go(func() {
			if errs, err := l.j.Settle(l.Context(), s); err != nil || errs[0] != nil {
				l.Error(errs, err)
			}
		})
	}
	wg.Wait()
	l.commits += 2
}

// benchAppeal is 3 KB of JSON, Cyrillic, with a random reference.
func benchAppeal() *sdk.Appeal {
	return &sdk.Appeal{
		Ref: sdk.Ref{Link: "pos", ID: fmt.Sprint(rand.Int64())}, Version: "e3b0c44298fc1c149afbf4c8996fb924", Kind: sdk.KindMessage, Channel: sdk.ChannelPOS,
		Addressee: sdk.Addressee{Code: "rx"}, Text: strings.Repeat("Во дворе дома не горит свет. ", 50),
		Applicant:    sdk.Applicant{Surname: "Иванова", Name: "Мария", Patronymic: "Петровна", Email: "ivanova@example.ru"},
		Address:      "г. Тверь, ул. Советская, д. 5",
		Place:        sdk.Place{Region: "Тверская область", City: "Тверь", Street: "Советская", House: "5"},
		RegisteredAt: time.Now().Truncate(time.Microsecond), AnswerBy: sdk.Date{Year: 2026, Month: 12, Day: 20},
	}
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
