package journaltest

import (
	"fmt"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func linkCases() []testcase {
	return []testcase{
		{"a pause and its end are on record", "every operator action is", pause},
		{"recovery brings waiting deliveries forward, firm ones not", "an outage is caught up at once; what a system said stands", recovery},
		{"a link's own trail is read newest first, in pages", "who paused it and why an item was dismissed must be found years later", linkTrail},
		{"a link's state outlives a restart", "an operator's pause must", linkRestart},
	}
}

func (w *world) set(link, actor string, f func(*journal.LinkState)) {
	w.Helper()
	if err := w.j.SetLink(w.ctx, link, actor, w.now, f); err != nil {
		w.Fatal(err)
	}
}

func (w *world) link(name string) journal.LinkState {
	w.Helper()
	s, err := w.j.LinkState(w.ctx, name)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func pause(w *world) {
	w.same("at first", journal.LinkState{Link: "rx"}, w.link("rx"))
	w.set("rx", "operator", func(s *journal.LinkState) { s.Paused, s.PausedBy = true, "operator" })
	w.set("rx", "operator", func(s *journal.LinkState) { s.Paused, s.PausedBy = true, "operator" })
	w.same("paused", journal.LinkState{Link: "rx", Paused: true, PausedBy: "operator"}, w.link("rx"))
	w.set("rx", "chief", func(s *journal.LinkState) { s.Paused, s.PausedBy = false, "" })
	w.set("rx", "", func(s *journal.LinkState) { s.Failed(sdk.Denied, "401 для ivanova", w.now) })
	if k := w.kinds(journal.LinkStream("rx")); k != "link.paused link.resumed link.paused:denied" {
		w.Errorf("events: %s", k)
	}
	if e := w.history(journal.LinkStream("rx"))[1]; e.Actor != "chief" || e.Link != "rx" {
		w.Errorf("event: %+v", e)
	}
}

// linkTrail: what was parked is as large as its source made it, and not told here.
func linkTrail(w *world) {
	page := func(before int64, limit int) (out []string) {
		events, err := w.j.LinkHistory(w.ctx, "rx", before, limit)
		if err != nil {
			w.Fatal(err)
		}
		for _, e := range events {
			out = append(out, fmt.Sprintf("%d %s %s%s", e.Sequence, e.Kind, e.Actor, e.Body))
		}
		return out
	}
	w.same("of nothing", []string(nil), page(0, 9))
	w.set("rx", "operator", func(s *journal.LinkState) { s.Paused, s.PausedBy, s.LastError = true, "operator", "ремонт" })
	w.set("rx", "chief", func(s *journal.LinkState) { s.Paused, s.PausedBy = false, "" })
	w.add(journal.Entry{Link: "rx", Rejected: &sdk.Raw{RefID: "17", Body: []byte("no JSON")}})
	w.add(journal.Entry{Link: "pos", Rejected: &sdk.Raw{RefID: "18", Body: []byte("another's")}})
	w.appeal(message("1", "rx"))
	w.same("the newest", []string{"3 item.rejected ", "2 link.resumed chief"}, page(0, 2))
	w.same("before", []string{`1 link.paused operator{"text":"ремонт"}`}, page(2, 2))
}

func recovery(w *world) {
	for _, id := range []string{"1", "2"} {
		w.appeal(message(id, "rx"))
	}
	w.appeal(message("3", "arch"))
	for i, c := range append(w.claim("rx", 10), w.claim("arch", 10)...) {
		s := failed(c, journal.SettleRetry, sdk.Transient)
		s.Due, s.Firm = w.now.Add(time.Hour), i == 1
		w.settle(s)
		w.set(c.Link, "", func(s *journal.LinkState) { s.Failed(sdk.Transient, "down", w.now) })
	}
	w.set("rx", "", func(s *journal.LinkState) { s.Failed(sdk.Transient, "down", w.now) })
	if s := w.link("rx"); !s.Down() || s.LastError != "down" || s.Failures != 3 {
		w.Fatalf("state: %+v", s)
	}
	w.set("rx", "", func(s *journal.LinkState) { s.Failed(sdk.Transient, "down", w.now) })
	w.none("rx") // a probe that fails brings nothing forward
	w.awake()
	w.pass(time.Second)
	w.set("rx", "", func(s *journal.LinkState) { s.Answered() })
	w.same("woken", []string{"rx"}, w.awake())
	if out := w.claim("rx", 10); len(out) != 1 || out[0].View.Source.ID != "1" {
		w.Errorf("claimed %s", words(out))
	}
	w.none("arch")
	w.pass(time.Hour)
	w.same("the firm one's time", 2, len(w.claim("rx", 10)))
}

func linkRestart(w *world) {
	w.set("rx", "operator", func(s *journal.LinkState) {
		s.Paused, s.PausedBy, s.DownSince, s.NextProbe = true, "operator", w.now, w.now.Add(time.Minute)
		s.LastKind, s.LastError = sdk.Transient, "no route to host"
	})
	before := w.link("rx")
	w.reopen()
	w.same("state", before, w.link("rx"))
}
