package postgres

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// BenchmarkLife is all rows of an appeal's life: appended with one delivery,
// claimed, settled with a reference; so many at a time. ns/op is an appeal's
// share. The private server does not sync; see pgtest.
func BenchmarkLife(b *testing.B) {
	for _, size := range []int{16, 256} {
		for _, stored := range []int{0, 10_000} {
			b.Run(fmt.Sprintf("batch=%d/stored=%d", size, stored), func(b *testing.B) { life(b, size, stored) })
		}
	}
}

func life(b *testing.B, size, stored int) {
	url := migrated(b)
	j, _ := running(b, url, Options{})
	l := &liver{B: b, j: j, size: size}
	for n := 0; n < stored; n += size {
		l.batch()
	}
	l.spent = [3]time.Duration{}
	b.ResetTimer()
	cpu := cpuTime(b)
	n := 0
	for ; n < b.N; n += size {
		l.batch()
	}
	b.StopTimer()
	lived := time.Duration(max(n, 1))
	b.ReportMetric(float64((cpuTime(b)-cpu).Microseconds())/float64(lived), "cpu-µs/appeal")
	for i, name := range []string{"append", "claim", "settle"} {
		b.ReportMetric(float64((l.spent[i]/lived).Nanoseconds())/1000, name+"-µs/appeal")
	}
}

// liver leads appeals through their lives.
type liver struct {
	*testing.B
	j     *Journal
	size  int
	spent [3]time.Duration
}

func (l *liver) batch() {
	begun := time.Now()
	lap := func(i int) {
		now := time.Now()
		l.spent[i] += now.Sub(begun)
		begun = now
	}
	var in journal.Batch
	for range l.size {
		in.Entries = append(in.Entries, entry(benchAppeal()))
	}
	if _, err := l.j.Append(l.Context(), in); err != nil {
		l.Fatal(err)
	}
	lap(0)
	out, err := l.j.Claim(l.Context(), journal.Claim{Link: "rx", Limit: l.size, Lease: time.Minute})
	if err != nil || len(out) != l.size {
		l.Fatalf("claimed %d, %v", len(out), err)
	}
	lap(1)
	back := make([]journal.Settlement, len(out))
	for i, c := range out {
		back[i] = journal.Settlement{Delivery: c.ID, Lease: c.Lease, At: time.Now(), As: journal.SettleDone, Receipt: sdk.Receipt{Ref: sdk.Ref{Link: "rx", ID: fmt.Sprintf("doc-%09d", c.ID)}}}
	}
	errs, err := l.j.Settle(l.Context(), back...)
	if err != nil {
		l.Fatal(err)
	}
	for _, err := range errs {
		if err != nil {
			l.Fatal(err)
		}
	}
	lap(2)
}

// BenchmarkAppend is a backlog that comes in: batches of new appeals, four at a
// time. one-table is its bare limit: bodies of the same size and their keys in a
// single table.
func BenchmarkAppend(b *testing.B) {
	const size = 500
	rate := func(b *testing.B) { b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "appeals/s") }
	b.Run("journal", func(b *testing.B) {
		j, _ := running(b, migrated(b), Options{})
		b.SetParallelism(2)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				var in journal.Batch
				for range size {
					in.Entries = append(in.Entries, entry(benchAppeal()))
				}
				if _, err := j.Append(b.Context(), in); err != nil {
					b.Error(err)
				}
			}
		})
		rate(b)
	})
	b.Run("one-table", func(b *testing.B) {
		j, _ := running(b, migrated(b), Options{})
		if _, err := j.pool.Exec(b.Context(), "CREATE TABLE bare (key text PRIMARY KEY, body bytea NOT NULL) WITH (toast_tuple_target = 4080)"); err != nil {
			b.Fatal(err)
		}
		if _, err := j.pool.Exec(b.Context(), "ALTER TABLE bare ALTER COLUMN body SET STORAGE EXTERNAL"); err != nil {
			b.Fatal(err)
		}
		b.SetParallelism(2)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				c := &table{size: size}
				for range size {
					body, _, err := journal.PackAppeal(benchAppeal())
					if err != nil {
						b.Error(err)
					}
					c.row().text(fmt.Sprint(rand.Int64())).blob(body)
				}
				if _, err := j.pool.Exec(b.Context(), c.insert("bare", "key, body")+" ON CONFLICT DO NOTHING", c.args...); err != nil {
					b.Error(err)
				}
			}
		})
		rate(b)
	})
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
