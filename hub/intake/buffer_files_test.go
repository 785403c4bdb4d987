package intake

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
	"github.com/appealhub/appealhub/sdk"
)

// TestFilesSettled: what the topic has is acknowledged once the journal has that very
// item and each of its files, and no sooner: a source may forget a file with its item.
func TestFilesSettled(t *testing.T) {
	j, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db"), journal.Options{Planner: journaltest.Planner{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- j.Run(ctx) }()
	in := New(Config{Journal: j, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	a := appealOf("1", 10)
	a.Attachments = []sdk.Attachment{{ID: "photo", Locator: "https://pos.example/photo"}}
	b := a
	b.Version = "2"
	c := sdk.StatusChange{ID: "c1", Ref: sdk.Ref{ID: "doc-1"}, Status: sdk.StatusAnswered, At: time.Now().Add(time.Minute), Attachments: []sdk.Attachment{{ID: "letter", Locator: "https://rx.example/letter"}}}
	later := c
	later.ID = "c2"
	first, revised := journal.Entry{At: time.Now(), Link: "pos", Appeal: &a}, journal.Entry{At: time.Now(), Link: "pos", Appeal: &b}
	answer, other := journal.Entry{At: time.Now(), Link: "rx", Change: &c}, journal.Entry{At: time.Now(), Link: "rx", Change: &later}
	want := func(when string, settled ...*journal.Entry) {
		t.Helper()
		for name, e := range map[string]*journal.Entry{"the appeal": &first, "a revision": &revised, "the answer": &answer, "another": &other} {
			wanted := false
			for _, one := range settled {
				wanted = wanted || one == e
			}
			if got, err := in.filesSettled(t.Context(), e); got != wanted || err != nil {
				t.Errorf("%s: %s: %v, %v", when, name, got, err)
			}
		}
	}
	want("at first")
	appended(t, j, first)
	want("journalled")
	deliver(t, j, "rx", journal.VerbAppeal, journal.Settlement{Receipt: sdk.Receipt{Ref: sdk.Ref{Link: "rx", ID: "doc-1"}}})
	want("taken")
	deliver(t, j, "pos", journal.VerbFetch, journal.Settlement{File: &sdk.Attachment{Size: 5, SHA256: "ff"}})
	want("its file is there", &first)
	deliver(t, j, "rx", journal.VerbAttachment, journal.Settlement{})
	appended(t, j, answer)
	want("answered", &first)
	deliver(t, j, "rx", journal.VerbFetch, journal.Settlement{File: &sdk.Attachment{Missing: "404"}})
	want("the letter can't be had", &first, &answer)
	stop()
	if err := <-ran; err != nil {
		t.Error(err)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	want("the journal is down")
}

func appended(t *testing.T, j journal.Journal, e journal.Entry) {
	t.Helper()
	if _, err := j.Append(t.Context(), journal.Batch{Entries: []journal.Entry{e}}); err != nil {
		t.Fatal(err)
	}
}

// deliver settles as done the link's first delivery of the verb.
func deliver(t *testing.T, j journal.Journal, link string, verb journal.Verb, s journal.Settlement) {
	t.Helper()
	all, err := j.Claim(t.Context(), journal.Claim{Link: link, Limit: 10, Lease: time.Minute, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if d.Verb != verb {
			continue
		}
		s.Delivery, s.Lease, s.At, s.As = d.ID, d.Lease, time.Now(), journal.SettleDone
		if errs, err := j.Settle(t.Context(), s); err != nil || errs[0] != nil {
			t.Fatal(errs, err)
		}
		return
	}
	t.Fatalf("no %s of %s is due", verb, link)
}
