package hub

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
	"github.com/appealhub/appealhub/hub/journal/postgres"
	"github.com/appealhub/appealhub/hub/journal/postgres/pgtest"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
	"github.com/appealhub/appealhub/sdk"
)

// archivist is a node's journal with what archives there.
type archivist struct {
	*archiving
	t *testing.T
	j journal.Journal
}

func newArchivist(t *testing.T, url, node string) *archivist {
	t.Helper()
	j := opened(t)(postgres.Open(t.Context(), url, postgres.Options{Options: journal.Options{Planner: journaltest.Planner{}}, Node: node}))
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- j.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
		j.Close()
	})
	return &archivist{newArchiving(j, time.Nanosecond, prometheus.NewRegistry(), slog.New(slog.DiscardHandler)), t, j}
}

// closed adds an appeal that is over, with nothing left to do.
func (a *archivist) closed(id string) {
	a.t.Helper()
	entries := []journal.Entry{
		{At: time.Now(), Link: "pos", Appeal: &sdk.Appeal{Ref: sdk.Ref{Link: "pos", ID: id}, Version: "1", Kind: sdk.KindMessage, Addressee: sdk.Addressee{Code: "rx"}}},
		{At: time.Now(), Link: "rx", Change: &sdk.StatusChange{ID: "c", Ref: sdk.Ref{Link: "rx", ID: id}, Status: sdk.StatusClosed, At: time.Now().Add(time.Hour)}},
	}
	for i, link := range []string{"rx", "pos"} {
		if _, err := a.j.Append(a.t.Context(), journal.Batch{Entries: entries[i : i+1]}); err != nil {
			a.t.Fatal(err)
		}
		out, err := a.j.Claim(a.t.Context(), journal.Claim{Link: link, Limit: 1, Lease: time.Minute, Now: time.Now()})
		if err != nil || len(out) != 1 {
			a.t.Fatalf("claimed %d, %v", len(out), err)
		}
		s := journal.Settlement{Delivery: out[0].ID, Lease: out[0].Lease, As: journal.SettleDone, At: time.Now(), Receipt: sdk.Receipt{Ref: sdk.Ref{Link: link, ID: id}}}
		if errs, err := a.j.Settle(a.t.Context(), s); err != nil || errs[0] != nil {
			a.t.Fatal(errs, err)
		}
	}
}

func (a *archivist) walks(why string, want int) {
	a.t.Helper()
	if n, err := a.walk(a.t.Context()); err != nil || n != want {
		a.t.Errorf("%s: %d were archived, %v", why, n, err)
	}
}

// TestArchiving: one node at a time archives, and another one goes on.
func TestArchiving(t *testing.T) {
	url := pgtest.New(t).URL(t)
	one, two := newArchivist(t, url, "one"), newArchivist(t, url, "two")
	for _, id := range []string{"a", "b", "c"} {
		one.closed(id)
	}
	one.walks("the first", 3)
	two.closed("d")
	two.walks("another one beside it", 0)
	one.letGo(t.Context())
	two.walks("another one after it", 1)
	if n := testutil.ToFloat64(one.moved) + testutil.ToFloat64(two.moved); n != 4 {
		t.Errorf("%v are counted", n)
	}
	if newArchiving(one.j, 0, prometheus.NewRegistry(), nil) != nil {
		t.Error("0 is not never")
	}
}

// TestHubArchives: a hub archives as soon as it runs, and tells how many.
func TestHubArchives(t *testing.T) {
	url := pgtest.New(t).URL(t)
	newArchivist(t, url, "former").closed("a")
	h, _ := runHub(t, Config{
		Organisations: []Organisation{{Key: "adm", Name: "A", TimeZone: "Europe/Moscow"}}, DataDir: t.TempDir(), Journal: url, Bus: Embedded,
		HTTP: HTTP{Listen: "127.0.0.1:0"}, Links: []link.Config{{Name: "sink", Connector: "sink"}}, ArchiveAfter: time.Millisecond,
		Routes: []route.Rule{{From: "api", To: []string{"sink"}}}, Drain: time.Second,
	}, (&sink{seen: map[string]int{}}).spec())
	eventually(t, "it tells of one", func() bool {
		resp, err := http.Get("http://" + h.Addr() + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		return err == nil && strings.Contains(string(text), "appealhub_archived_total 1\n")
	})
}
