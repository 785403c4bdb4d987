package postgres

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// over adds appeals that were answered, all told.
func over(t testing.TB, j *Journal, n int) (ids []string) {
	t.Helper()
	var in journal.Batch
	for i := range n {
		in.Entries = append(in.Entries, entry(message(fmt.Sprint(i), "1")))
		in.Entries[i].Appeal.AnswerBy = sdk.Date{Year: 2100, Month: 1, Day: 1}
	}
	rs, err := j.Append(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rs {
		ids = append(ids, rs[i].Appeal)
	}
	settleAll(t, j, "rx")
	for i := range n {
		say(t, j, fmt.Sprint(i), "c", sdk.StatusAnswered)
	}
	settleAll(t, j, "pos")
	return ids
}

// say has the EDMS tell of a status; whoever comes later is no later by its time.
func say(t testing.TB, j *Journal, id, change string, s sdk.Status) {
	t.Helper()
	hear(t, j, "rx", &sdk.StatusChange{ID: change, Ref: sdk.Ref{Link: "rx", ID: "doc-" + id}, Status: s, At: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)})
}

func hear(t testing.TB, j *Journal, link string, c *sdk.StatusChange) {
	t.Helper()
	if _, err := j.Append(t.Context(), journal.Batch{Entries: []journal.Entry{{At: time.Now(), Link: link, Change: c}}}); err != nil {
		t.Error(err)
	}
}

// settleAll delivers what a link has due.
func settleAll(t testing.TB, j *Journal, link string) (n int) {
	t.Helper()
	for {
		out, err := j.Claim(t.Context(), journal.Claim{Link: link, Limit: 100, Lease: time.Minute, Now: time.Now()})
		if err != nil {
			t.Error(err)
		}
		if len(out) == 0 {
			return n
		}
		n += len(out)
		for _, c := range out {
			s := done(c)
			if link != "rx" {
				s.Receipt = sdk.Receipt{}
			}
			if errs, err := j.Settle(t.Context(), s); err != nil || errs[0] != nil {
				t.Error(errs, err)
			}
		}
	}
}

// archiveAll walks to the end.
func archiveAll(t testing.TB, j *Journal, step int) (n int) {
	t.Helper()
	for after := ""; ; {
		got, err := j.Archive(t.Context(), 0, after, step)
		if err != nil {
			t.Error(err)
			return n
		}
		n += got.Appeals
		if after = got.After; after == "" {
			return n
		}
	}
}

// lies counts the rows of the archive's and of the live partitions.
func lies(t testing.TB, url string) (archived, live int64) {
	t.Helper()
	return count(t, url, "SELECT (SELECT count(*) FROM deliveries_archive) + (SELECT count(*) FROM deadlines_archive)"),
		count(t, url, "SELECT (SELECT count(*) FROM deliveries) + (SELECT count(*) FROM deadlines)")
}

// TestArchive: rows lie in the partition that the appeal is in, all of them.
func TestArchive(t *testing.T) {
	url := migrated(t)
	j, _ := running(t, url, Options{})
	over(t, j, 3)
	if n := archiveAll(t, j, 2); n != 3 {
		t.Errorf("%d were archived", n)
	}
	if archived, live := lies(t, url); archived != 9 || live != 0 {
		t.Errorf("%d rows in the archive, %d outside", archived, live)
	}
	say(t, j, "1", "late", sdk.StatusClosed)
	if archived, live := lies(t, url); archived != 6 || live != 4 {
		t.Errorf("after news of one: %d rows in the archive, %d outside", archived, live)
	}
	if n := settleAll(t, j, "pos"); n != 1 {
		t.Errorf("%d were delivered", n)
	}
	if n := count(t, url, "SELECT count(*) FROM appeals WHERE archived"); n != 2 {
		t.Errorf("%d are marked", n)
	}
}

// TestTwoMovers: several that archive beside writers leave each row in one place,
// and nobody waits for them in a ring.
func TestTwoMovers(t *testing.T) {
	const appeals, rounds = 40, 3
	url := migrated(t)
	a, _ := running(t, url, Options{Node: "a"})
	b, _ := running(t, url, Options{Node: "b"})
	over(t, a, appeals)
	ctx, stop := context.WithCancel(t.Context())
	var moving, writing sync.WaitGroup
	for _, j := range []*Journal{a, a, b} {
		moving.Go(func() {
			for ctx.Err() == nil {
				archiveAll(t, j, 7)
			}
		})
	}
	for i, j := range []*Journal{a, b} {
		writing.Go(func() {
			for r := range rounds {
				for n := range appeals {
					say(t, j, fmt.Sprint((n*7+i)%appeals), fmt.Sprint(i, "-", r), sdk.StatusClosed)
				}
				settleAll(t, j, "pos")
			}
		})
	}
	writing.Wait()
	settleAll(t, a, "pos")
	stop()
	moving.Wait()
	archiveAll(t, a, 100)
	want := int64(appeals * (2 + 2*rounds + 1)) // two to begin with, one for each change, and the term
	if archived, live := lies(t, url); archived != want || live != 0 {
		t.Errorf("%d rows in the archive, %d outside, want %d", archived, live, want)
	}
	if n := count(t, url, "SELECT count(DISTINCT id) FROM deliveries_all WHERE state = 'done'"); n != want-appeals {
		t.Errorf("%d were delivered", n)
	}
	verify(t, url)
}

// TestArchiveWaitsForNobody: an appeal that somebody is at work on is passed by.
func TestArchiveWaitsForNobody(t *testing.T) {
	url := migrated(t)
	j, _ := running(t, url, Options{})
	ids := over(t, j, 3)
	other, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(context.Background())
	if _, err := other.Exec(t.Context(), "BEGIN; SELECT FROM appeals WHERE id = '"+ids[1]+"' FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	if n := archiveAll(t, j, 10); n != 2 {
		t.Errorf("%d were archived beside one that is locked", n)
	}
	if _, err := other.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if n := archiveAll(t, j, 10); n != 1 {
		t.Errorf("%d were archived then", n)
	}
}

// TestArchiveAndFormerProgram: what a program wrote that knew of no archive, while
// it still ran, counts wherever the rows go.
func TestArchiveAndFormerProgram(t *testing.T) {
	url := migrated(t)
	j, _ := running(t, url, Options{})
	id := over(t, j, 1)[0]
	former := func() {
		archiveAll(t, j, 10)
		query(t, url, "INSERT INTO deadlines (appeal, term, organisation, due, open) VALUES ($1, 'answer', 'adm', '2099-01-01', false)", id)
	}
	newer := func(why string) {
		t.Helper()
		r, err := j.Appeal(t.Context(), id)
		if err != nil || len(r.Deadlines) != 1 || r.Deadlines[0].Due.Year != 2099 {
			t.Errorf("%s: %+v, %v", why, r.Deadlines, err)
		}
	}
	former()
	if n := archiveAll(t, j, 10); n != 1 {
		t.Errorf("%d were archived", n)
	}
	newer("archived again")
	query(t, url, "UPDATE deadlines_archive SET due = '2030-01-01'")
	former()
	hear(t, j, "arch", &sdk.StatusChange{ID: "late", Ref: sdk.Ref{Link: "rx", ID: "doc-0"}, Status: sdk.StatusClosed, At: time.Now()}) // not the lead: an event and no more
	newer("brought back")
	if archived, live := lies(t, url); archived != 0 || live != 3 {
		t.Errorf("%d rows in the archive, %d outside", archived, live)
	}
}
