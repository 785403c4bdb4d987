package journaltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func readCases() []testcase {
	return []testcase{
		{"appeals by filter, in pages", "operators look for one among many", listAppeals},
		{"open references in pages", "an EDMS without a feed is asked of each", openRefs},
		{"deliveries by filter, in pages", "operators look at what waits", listDeliveries},
		{"files that appeals need", "what nobody needs may go, and nothing else", referenced},
		{"counts", "an alert needs a number", stats},
		{"a cancelled call ends", "a client that left must not be waited for", cancelled},
	}
}

func referenced(w *world) {
	needs, ok := w.j.(journal.Referencer)
	if !ok {
		w.Fatal("the journal tells of no files")
	}
	stored := sdk.Attachment{ID: "s", Name: "s.pdf", Size: 3, SHA256: strings.Repeat("ab", 32)}
	w.appeal(message("1", "rx", stored, pending("p")))
	fetched := strings.Repeat("cd", 32)
	for _, c := range w.claim("pos", 5) {
		w.settle(journal.Settlement{Delivery: c.ID, Lease: c.Lease, At: w.now, As: journal.SettleDone, File: &sdk.Attachment{Size: 5, SHA256: fetched}})
	}
	got, err := needs.Referenced(w.ctx, strings.Repeat("00", 32), fetched, stored.SHA256)
	slices.Sort(got)
	if err != nil {
		w.Fatal(err)
	}
	w.same("needed", []string{stored.SHA256, fetched}, got)
	if none, err := needs.Referenced(w.ctx, strings.Repeat("00", 32), ""); err != nil || len(none) > 0 {
		w.Errorf("nobody's: %v, %v", none, err)
	}
}

func listAppeals(w *world) {
	var ids []string
	for i := range 5 {
		targets := "rx"
		if i == 3 {
			targets = "nowhere"
		}
		ids = append(ids, w.appeal(message(fmt.Sprint(i), targets)).Appeal)
	}
	list := func(q journal.AppealQuery) (got []string) {
		views, err := w.j.Appeals(w.ctx, q)
		if err != nil {
			w.Fatal(err)
		}
		for _, v := range views {
			got = append(got, v.ID)
		}
		return got
	}
	w.same("newest first", []string{ids[4], ids[3]}, list(journal.AppealQuery{Limit: 2}))
	w.same("the next page", []string{ids[2], ids[1]}, list(journal.AppealQuery{Limit: 2, Before: ids[3]}))
	w.same("parked", []string{ids[3]}, list(journal.AppealQuery{Parked: true}))
	w.same("of a target", []string{ids[4], ids[2], ids[1], ids[0]}, list(journal.AppealQuery{Link: "rx"}))
	w.same("of the source", 5, len(list(journal.AppealQuery{Link: "pos"})))
	w.same("of part of a name", 0, len(list(journal.AppealQuery{Link: "r"})))
	w.same("of an organisation and status", 4, len(list(journal.AppealQuery{Organisation: "adm", Status: sdk.StatusReceived})))
	w.same("of nobody", 0, len(list(journal.AppealQuery{Organisation: "other"})))
	for _, c := range []struct {
		q    journal.AppealQuery
		want int64
	}{{journal.AppealQuery{Limit: 2}, 5}, {journal.AppealQuery{Parked: true}, 1}, {journal.AppealQuery{Link: "rx", Organisation: "adm", Status: sdk.StatusReceived}, 4}, {journal.AppealQuery{Organisation: "other"}, 0}} {
		if n, err := w.j.Count(w.ctx, c.q); err != nil || n != c.want {
			w.Errorf("%+v: counted %d, %v; want %d", c.q, n, err, c.want)
		}
	}
	w.add(journal.Entry{Route: ids[3]})
	w.same("parked, once it is routed", []string(nil), list(journal.AppealQuery{Parked: true}))
	w.same("of its organisation, once it is routed", 5, len(list(journal.AppealQuery{Organisation: "adm"})))
}

func openRefs(w *world) {
	for i := range 5 {
		w.delivered(fmt.Sprint(i), fmt.Sprintf("doc-%d", i))
	}
	w.pass(time.Second)
	w.change("rx", w.status("c", "doc-2", sdk.StatusRefused))
	refs := func(link, after string, n int) (ids []string) {
		refs, err := w.j.OpenRefs(w.ctx, link, after, n)
		if err != nil {
			w.Fatal(err)
		}
		for _, r := range refs {
			if r.Link != link {
				w.Errorf("a reference of %s", r.Link)
			}
			ids = append(ids, r.ID)
		}
		return ids
	}
	w.same("the first page", []string{"doc-0", "doc-1", "doc-3"}, refs("rx", "", 3))
	w.same("the next one", []string{"doc-4"}, refs("rx", "doc-3", 3))
	w.same("the source's", []string(nil), refs("pos", "", 3))
}

func listDeliveries(w *world) {
	_, dead := w.dead("1")
	w.appeal(message("2", "rx arch"))
	list := func(q journal.DeliveryQuery) (ids []int64) {
		all, err := w.j.Deliveries(w.ctx, q)
		if err != nil {
			w.Fatal(err)
		}
		for _, d := range all {
			ids = append(ids, d.ID)
		}
		return ids
	}
	all := list(journal.DeliveryQuery{})
	w.same("all", 4, len(all))
	w.same("a page", all[1:3], list(journal.DeliveryQuery{After: all[0], Limit: 2}))
	w.same("dead", []int64{dead}, list(journal.DeliveryQuery{States: []journal.DeliveryState{journal.DeliveryDeadly}}))
	w.same("of a kind", []int64{dead}, list(journal.DeliveryQuery{Kind: sdk.Rejected}))
	w.same("open", 4, len(list(journal.DeliveryQuery{States: []journal.DeliveryState{journal.DeliveryReady, journal.DeliveryQueued, journal.DeliveryDeadly, journal.DeliveryHeld}})))
	w.same("done", 0, len(list(journal.DeliveryQuery{States: []journal.DeliveryState{journal.DeliveryDoneOK, journal.DeliveryReady}, Link: "pos"})))
	w.same("of a link", 1, len(list(journal.DeliveryQuery{Link: "arch"})))
}

func stats(w *world) {
	first := w.now
	w.dead("1")
	w.pass(time.Minute)
	w.appeal(message("2", "nowhere"))
	w.settle(receipt(one(w, w.appeal(message("3", "arch"))), "a-1"))
	s, err := w.j.Stats(w.ctx)
	if err != nil {
		w.Fatal(err)
	}
	w.same("stats", journal.Stats{
		Links:  map[string]journal.LinkStats{"rx": {Open: 2, Dead: 1, Oldest: first}},
		Parked: map[journal.Reason]int64{journal.ReasonNoRoute: 1},
		Events: 6,
	}, journal.Stats{Links: s.Links, Parked: s.Parked, Events: s.Events})
	if s.Commits < 1 || s.Commits > 6 {
		w.Errorf("%d commits for 6 changes", s.Commits)
	}
}

func one(w *world, _ journal.Result) journal.Claimed {
	w.Helper()
	return w.one("arch", journal.VerbAppeal)
}

func cancelled(w *world) {
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	_, err := w.j.Append(ctx, journal.Batch{Entries: []journal.Entry{{At: w.now, Link: "pos", Appeal: message("1", "rx")}}})
	if !errors.Is(err, context.Canceled) {
		w.Errorf("append: %v", err)
	}
	if _, err := w.j.Appeal(ctx, "x"); !errors.Is(err, context.Canceled) {
		w.Errorf("read: %v", err)
	}
	w.stop()
	if _, err := w.j.Append(w.ctx, journal.Batch{Entries: []journal.Entry{{At: w.now, Link: "pos", Appeal: message("1", "rx")}}}); !errors.Is(err, journal.ErrUnavailable) {
		w.Errorf("after its end: %v", err)
	}
	w.start()
}
