package intake_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func TestStatusesFollowTheCursor(t *testing.T) {
	rx := &journalled{feed: []sdk.StatusChange{change("1", "a", sdk.StatusRegistered), change("2", "a", sdk.StatusInWork), change("3", "b", sdk.StatusInWork)}}
	inBubble(t, map[string]sdk.Connector{"rx": rx}, func(w *world) {
		w.run()
		w.same("cursors", []sdk.Cursor{"", "2"}, rx.asked())
		w.same("parked", []string{"unknown_ref:a", "unknown_ref:a", "unknown_ref:b"}, w.parked())
		w.restart()
		w.same("cursors of another start", []sdk.Cursor{"3"}, rx.asked())
		rx.add(change("4", "b", sdk.StatusAnswered))
		w.pass(poll)
		w.same("cursors", []sdk.Cursor{"3"}, rx.asked())
		w.counted(1, "appealhub_intake_items_total", "rx", "waiting")
	})
}

// TestStatusesStartOver: a cursor that the system takes no more does not stop
// its feed for ever.
func TestStatusesStartOver(t *testing.T) {
	rx := &journalled{feed: []sdk.StatusChange{change("1", "a", sdk.StatusRegistered), change("2", "a", sdk.StatusInWork)}}
	inBubble(t, map[string]sdk.Connector{"rx": rx}, func(w *world) {
		w.run()
		rx.asked()
		rx.breaks(func(string, int) error {
			if !slices.Contains(rx.from, "") {
				return sdk.Errorf(sdk.NotFound, "fetch statuses", "410: the token is gone")
			}
			return nil
		})
		rx.add(change("3", "b", sdk.StatusInWork))
		w.pass(time.Hour)
		w.same("parked", 3, len(w.parked()))
		if first := slices.Index(rx.asked(), ""); first < 3 {
			w.Errorf("it started over after %d refusals", first)
		}
	})
}

// TestStatusOfAnUnknownRecord: it is parked, and told to the source once the
// record is known.
func TestStatusOfAnUnknownRecord(t *testing.T) {
	p := &portal{size: 10, list: messages(1)}
	rx := &journalled{feed: []sdk.StatusChange{change("1", "doc-7", sdk.StatusRegistered)}}
	inBubble(t, map[string]sdk.Connector{"pos": p, "rx": rx}, func(w *world) {
		w.run()
		w.same("parked", []string{"unknown_ref:doc-7"}, w.parked())
		w.done(w.claimed("rx"), sdk.Receipt{Ref: sdk.Ref{Link: "rx", ID: "doc-7"}})
		w.same("parked", []string(nil), w.parked())
		if d := w.claimed("pos"); d.Verb != journal.VerbStatus || d.Change.ID != "1" {
			w.Errorf("got %s", d.Verb)
		}
	})
}

// TestBrokenStatuses: they are kept and hold up no other.
func TestBrokenStatuses(t *testing.T) {
	wrong := change("1", "a", "gone_fishing")
	foreign := change("2", "a", sdk.StatusInWork)
	foreign.Ref.Link = "pos"
	nobodys := change("3", "", sdk.StatusInWork)
	nobodys.Ref = sdk.Ref{}
	unmapped := change("5", "a", "")
	unmapped.External.Code = "странно"
	unnamed := change("", "a", sdk.StatusInWork)
	rx := &journalled{feed: []sdk.StatusChange{wrong, foreign, nobodys, change("4", "a", sdk.StatusInWork), unmapped, unnamed}}
	inBubble(t, map[string]sdk.Connector{"rx": rx}, func(w *world) {
		w.run()
		w.same("parked", []string{"unparsable:a", "unparsable:a", "unparsable:", "unknown_ref:a", "unknown_ref:a", "unknown_ref:a"}, w.parked())
		w.counted(3, "appealhub_intake_items_total", "rx", "rejected")
		w.counted(1, "appealhub_unmapped_total", "rx")
	})
}

// delivered brings an appeal to the link rx, where it is the record doc.
func (w *world) delivered(doc string) {
	w.Helper()
	a := message("src-" + doc)
	a.Version = "1"
	entry := journal.Entry{At: time.Now(), Link: "pos", Appeal: &a}
	if _, err := w.journal.Append(w.Context(), journal.Batch{Entries: []journal.Entry{entry}}); err != nil {
		w.Fatal(err)
	}
	w.done(w.claimed("rx"), sdk.Receipt{Ref: sdk.Ref{Link: "rx", ID: doc}})
}

// TestStatesAreSnapshots: the same state is one change until another one came
// between.
func TestStatesAreSnapshots(t *testing.T) {
	rx := &readable{}
	is := func(s sdk.Status) {
		rx.answers(func([]sdk.Ref) ([]sdk.StatusChange, error) {
			return []sdk.StatusChange{change("doc-1@"+string(s), "doc-1", s), change("x", "doc-2", sdk.StatusInWork)}, nil
		})
	}
	inBubble(t, map[string]sdk.Connector{"rx": rx}, func(w *world) {
		is(sdk.StatusInWork)
		w.delivered("doc-1")
		w.run()
		w.pass(2 * poll)
		for _, s := range []sdk.Status{sdk.StatusPostponed, sdk.StatusInWork} {
			is(s)
			w.pass(2 * poll)
		}
		w.counted(3, "appealhub_intake_items_total", "rx", "appended")
		w.same("an unasked one", []string{"unparsable:doc-2"}, w.parked())
		is(sdk.StatusAnswered)
		w.pass(2 * poll)
		calls := rx.called("states")
		w.pass(10 * poll)
		w.same("calls after the last open record", calls, rx.called("states"))
	})
}

// TestStatesInChunks: all open records are asked for, a record that the system
// refuses hides no other, and a fault of the system's is one.
func TestStatesInChunks(t *testing.T) {
	rx := &readable{}
	answered, most := map[string]bool{}, 0
	rx.now = func(open []sdk.Ref) ([]sdk.StatusChange, error) {
		most = max(most, len(open))
		var out []sdk.StatusChange
		for _, ref := range open {
			if ref.ID == "doc-017" {
				return nil, sdk.Errorf(sdk.Invalid, "read statuses", "500: a record is broken")
			}
			out = append(out, change("1@"+ref.ID, ref.ID, sdk.StatusInWork))
		}
		for _, c := range out {
			answered[c.Ref.ID] = true
		}
		return out, nil
	}
	inBubble(t, map[string]sdk.Connector{"rx": rx}, func(w *world) {
		for i := range 120 {
			w.delivered(fmt.Sprintf("doc-%03d", i))
		}
		w.run()
		w.same("records with a state", 119, len(answered))
		w.same("in one call at most", 50, most)
		w.counted(119, "appealhub_intake_items_total", "rx", "appended")
		w.counted(1, "appealhub_intake_errors_total", "states", "invalid", "rx")
		rx.breaks(always("states", sdk.Errorf(sdk.Transient, "read statuses", "down")))
		w.pass(time.Minute)
		if !w.state("rx").Down() {
			w.Error("the link is not down")
		}
	})
}

func TestAccept(t *testing.T) {
	reply := sdk.Reply{Status: 202, Type: "text/plain", Body: []byte("ok")}
	for name, c := range map[string]struct {
		in     sdk.Inbound
		refs   []string
		parked []string
		status int
	}{
		"appeals and changes":  {sdk.Inbound{Appeals: []sdk.Appeal{message("1")}, Statuses: []sdk.StatusChange{posChange("9")}, Reply: reply}, []string{"1"}, []string{"unknown_ref:9"}, 202},
		"nothing but a reply":  {sdk.Inbound{Reply: reply}, nil, nil, 202},
		"no reply":             {sdk.Inbound{Appeals: []sdk.Appeal{message("1")}}, []string{"1"}, nil, 200},
		"no status of HTTP's":  {sdk.Inbound{Appeals: []sdk.Appeal{message("1")}, Reply: sdk.Reply{Status: 1000}}, []string{"1"}, nil, 200},
		"not the last word":    {sdk.Inbound{Appeals: []sdk.Appeal{message("1")}, Reply: sdk.Reply{Status: 102}}, []string{"1"}, nil, 200},
		"one broken, one good": {sdk.Inbound{Appeals: []sdk.Appeal{{Ref: sdk.Ref{Link: "pos", ID: "7"}}, message("1")}, Rejected: []sdk.Raw{{RefID: "8", Body: []byte("?")}}, Reply: reply}, []string{"1"}, []string{"unparsable:7", "unparsable:8"}, 202},
	} {
		t.Run(name, func(t *testing.T) {
			p := &pushing{parse: func(string) (sdk.Inbound, error) { return c.in, nil }}
			inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
				for range 2 { // a push that comes again changes nothing
					got, err := w.intake.Accept(w.Context(), "pos", request("body"))
					if err != nil || got.Status != c.status {
						w.Fatalf("got %+v, %v", got, err)
					}
				}
				w.same("appeals", c.refs, w.appeals())
				w.same("parked", c.parked, w.parked())
			})
		})
	}
}

func posChange(id string) sdk.StatusChange {
	c := change("c-"+id, id, "")
	c.Ref.Link, c.Rating, c.External = "pos", sdk.Rating{Value: 4}, sdk.External{}
	return c
}

func TestAcceptRefuses(t *testing.T) {
	p := &pushing{parse: func(body string) (sdk.Inbound, error) {
		return sdk.Inbound{}, sdk.Errorf(sdk.Kind(body), "parse push", "refused: %s", surname)
	}}
	inBubble(t, map[string]sdk.Connector{"pos": p, "rx": &readable{}}, func(w *world) {
		for link, kinds := range map[string][]sdk.Kind{"pos": {sdk.Invalid, sdk.Denied}, "rx": {sdk.Unsupported}, "nobody": {sdk.NotFound}} {
			for _, kind := range kinds {
				if _, err := w.intake.Accept(w.Context(), link, request(string(kind))); sdk.KindOf(err) != kind {
					w.Errorf("%s: got %v, want %s", link, err, kind)
				}
			}
		}
		w.same("nothing kept", []string(nil), w.parked())
	})
}

// TestAcceptWithoutJournal: no reply lets the sender forget what is not held.
func TestAcceptWithoutJournal(t *testing.T) {
	p := &pushing{parse: func(string) (sdk.Inbound, error) { return sdk.Inbound{Appeals: messages(1)}, nil }}
	inBubble(t, map[string]sdk.Connector{"pos": p}, func(w *world) {
		w.halt()
		ctx, cancel := context.WithTimeout(w.Context(), time.Second)
		defer cancel()
		if got, err := w.intake.Accept(ctx, "pos", request("")); err == nil || got.Status != 0 || strings.Contains(err.Error(), surname) {
			w.Errorf("got %+v, %v", got, err)
		}
	})
}
