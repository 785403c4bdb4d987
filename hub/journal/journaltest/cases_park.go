package journaltest

import (
	"errors"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func parkCases() []testcase {
	return []testcase{
		{"a status before its receipt is attached with it", "the EDMS may be faster than its own answer", beforeReceipt},
		{"a status by token is attached when the token is known", "an asynchronous EDMS names its record later", byToken},
		{"a token is turned into a reference", "a status may come by either", confirmed},
		{"a parked status tells of a reference once its token is known", "later ones come by that reference only", tokenTellsRef},
		{"what waited by reference and by token is attached in the order it came", "an old status must not follow a newer one", attachedInOrder},
		{"a status before its appeal is attached with it", "two feeds run apart", beforeAppeal},
		{"parked statuses outlive a restart", "nothing accepted is lost", parkedRestart},
		{"a parked appeal is routed by an operator", "what no route takes waits, and is not lost", routed},
		{"a change leaves a parked appeal on the list", "what no route takes must not be out of sight because the applicant wrote once more", parkedChanged},
		{"a parked thing is taken off the list by an operator", "who looked after it and why is on record", resolved},
		{"a change that was dismissed is not told of later", "what nobody will ever know must not be on the list for good, and what waits beside it must go on waiting", dismissedChange},
		{"a parked thing is taken off the list once, with what it brings", "or a replay could lose or double it", resolvedOnce},
		{"what was rejected does not undo what was taken since", "a replay must not bring an old text back, nor open an answered appeal again", resolvedLate},
	}
}

func (w *world) parked(reason journal.Reason) int {
	w.Helper()
	all, err := w.j.Parked(w.ctx, journal.ParkedQuery{Reason: reason})
	if err != nil {
		w.Fatal(err)
	}
	return len(all)
}

func beforeReceipt(w *world) {
	r := w.appeal(message("1", "rx"))
	c := w.one("rx", journal.VerbAppeal)
	w.pass(time.Second)
	early := w.change("rx", w.status("c1", "doc-1", sdk.StatusRegistered))
	if early.Outcome != journal.Waiting || early.Reason != journal.ReasonUnknownRef || early.Appeal != "" {
		w.Fatalf("got %+v", early)
	}
	if again := w.change("rx", w.status("c1", "doc-1", sdk.StatusRegistered)); again.Outcome != journal.Duplicate {
		w.Errorf("again: %+v", again)
	}
	w.pass(time.Second)
	w.change("rx", w.status("c2", "doc-1", sdk.StatusInWork))
	w.change("rx", w.status("x", "doc-2", sdk.StatusInWork))
	w.settle(receipt(c, "doc-1"))
	if k := w.kinds(r.Appeal); k != "appeal.received delivery.done status.changed status.changed" {
		w.Errorf("events: %s", k)
	}
	if v := w.record(r.Appeal).View; v.Status != sdk.StatusInWork {
		w.Errorf("status %s", v.Status)
	}
	if again := w.change("rx", w.status("c1", "doc-1", sdk.StatusRegistered)); again.Outcome != journal.Duplicate {
		w.Errorf("once attached: %+v", again)
	}
	if n := w.parked(journal.ReasonUnknownRef); n != 1 {
		w.Errorf("%d parked, want the one of doc-2", n)
	}
}

func tokenOf(c journal.Claimed, token string) journal.Settlement {
	s := done(c)
	s.Receipt.Token = token
	return s
}

func byToken(w *world) {
	r := w.appeal(message("1", "rx"))
	c := w.one("rx", journal.VerbAppeal)
	w.pass(time.Second)
	early := sdk.StatusChange{ID: "c1", Token: "t1", Status: sdk.StatusRegistered, At: w.now}
	if got := w.change("rx", early); got.Outcome != journal.Waiting {
		w.Fatalf("got %+v", got)
	}
	w.settle(tokenOf(c, "t1"))
	w.pass(time.Second)
	if got := w.change("rx", sdk.StatusChange{ID: "c2", Token: "t1", Status: sdk.StatusInWork, At: w.now}); got.Appeal != r.Appeal {
		w.Errorf("after it: %+v", got)
	}
	if k := w.kinds(r.Appeal); k != "appeal.received delivery.done status.changed status.changed" {
		w.Errorf("events: %s", k)
	}
}

func confirmed(w *world) {
	r := w.appeal(message("1", "rx"))
	w.settle(tokenOf(w.one("rx", journal.VerbAppeal), "t1"))
	w.pass(time.Second)
	w.change("rx", w.status("c1", "doc-1", sdk.StatusRegistered))
	ask := w.one("rx", journal.VerbConfirm)
	if ask.Token != "t1" {
		w.Errorf("token %q", ask.Token)
	}
	w.settle(receipt(ask, "doc-1"))
	if v := w.record(r.Appeal).View; v.Status != sdk.StatusRegistered {
		w.Errorf("status %s", v.Status)
	}
	id, err := w.j.ByRef(w.ctx, sdk.Ref{Link: "rx", ID: "doc-1"})
	if err != nil || id != r.Appeal {
		w.Errorf("by reference: %q, %v", id, err)
	}
	w.same("refs", []sdk.Ref{{Link: "pos", ID: "1"}, {Link: "rx", ID: "doc-1"}}, w.record(r.Appeal).Refs)

	w.settle(tokenOf(w.one("pos", journal.VerbStatus), ""))
	other := w.appeal(message("2", "rx"))
	w.settle(tokenOf(w.one("rx", journal.VerbAppeal), "t2"))
	told := sdk.StatusChange{ID: "c9", Token: "t2", Ref: sdk.Ref{Link: "rx", ID: "doc-2"}, Status: sdk.StatusInWork, At: w.now}
	if got := w.change("rx", told); got.Appeal != other.Appeal {
		w.Errorf("a status that names both: %+v", got)
	}
	if id, _ := w.j.ByRef(w.ctx, told.Ref); id != other.Appeal {
		w.Errorf("the reference it told of: %q", id)
	}
}

func tokenTellsRef(w *world) {
	r := w.appeal(message("1", "rx"))
	c := w.one("rx", journal.VerbAppeal)
	w.pass(time.Second)
	both := w.status("c1", "doc-1", sdk.StatusRegistered)
	both.Token = "t1"
	w.change("rx", both)
	w.pass(time.Second)
	w.change("rx", w.status("c2", "doc-1", sdk.StatusInWork)) // waits for the reference that c1 tells of
	w.settle(tokenOf(c, "t1"))
	if id, err := w.j.ByRef(w.ctx, sdk.Ref{Link: "rx", ID: "doc-1"}); err != nil || id != r.Appeal {
		w.Errorf("by reference: %q, %v", id, err)
	}
	if v := w.record(r.Appeal).View; v.Status != sdk.StatusInWork {
		w.Errorf("status %s", v.Status)
	}
	if n := w.parked(journal.ReasonUnknownRef); n != 0 {
		w.Errorf("%d parked still", n)
	}
	w.pass(time.Second)
	if got := w.change("rx", w.status("c3", "doc-1", sdk.StatusAnswered)); got.Appeal != r.Appeal {
		w.Errorf("after it: %+v", got)
	}
	if again := w.change("rx", both); again.Outcome != journal.Duplicate {
		w.Errorf("again: %+v", again)
	}
	if k := w.kinds(r.Appeal); k != "appeal.received delivery.done status.changed status.changed status.changed" {
		w.Errorf("events: %s", k)
	}
}

func attachedInOrder(w *world) {
	r := w.appeal(message("1", "rx"))
	c := w.one("rx", journal.VerbAppeal)
	w.pass(time.Second)
	w.change("rx", sdk.StatusChange{ID: "c1", Token: "t1", Status: sdk.StatusRegistered, At: w.now})
	w.pass(time.Second)
	w.change("rx", w.status("c2", "doc-1", sdk.StatusInWork))
	s := receipt(c, "doc-1")
	s.Receipt.Token = "t1"
	w.settle(s)
	if k := w.kinds(r.Appeal); k != "appeal.received delivery.done status.changed status.changed" {
		w.Errorf("events: %s", k)
	}
	if v := w.record(r.Appeal).View; v.Status != sdk.StatusInWork {
		w.Errorf("status %s", v.Status)
	}
}

func beforeAppeal(w *world) {
	rating := sdk.StatusChange{ID: "r", Ref: sdk.Ref{Link: "pos", ID: "1"}, Rating: sdk.Rating{Value: 5}}
	if got := w.change("pos", rating); got.Outcome != journal.Waiting {
		w.Fatalf("got %+v", got)
	}
	r := w.appeal(message("1", "rx"))
	if k := w.kinds(r.Appeal); k != "appeal.received status.changed:not_lead" {
		w.Errorf("events: %s", k)
	}
}

func parkedRestart(w *world) {
	w.appeal(message("1", "rx"))
	w.change("rx", w.status("c1", "doc-1", sdk.StatusInWork))
	w.reopen()
	c := w.one("rx", journal.VerbAppeal)
	w.settle(receipt(c, "doc-1"))
	if v := w.record(c.Appeal).View; v.Status != sdk.StatusInWork {
		w.Errorf("status %s", v.Status)
	}
}

func resolved(w *world) {
	w.add(journal.Entry{Link: "pos", Rejected: &sdk.Raw{RefID: "x", Body: []byte("{"), Reason: "is no JSON"}, Place: "0-7",
		Message: &journal.Original{Key: "pos/x", Headers: []journal.Header{{Name: "ce_type", Value: "t"}}, At: w.now}})
	w.change("rx", w.status("c1", "doc-1", sdk.StatusInWork))
	all, err := w.j.Parked(w.ctx, journal.ParkedQuery{})
	if err != nil || len(all) != 2 {
		w.Fatalf("%d parked, %v", len(all), err)
	}
	raw, was, err := journal.ReadRawBody(all[0].Body)
	if err != nil || string(raw.Body) != "{" || was == nil || was.Key != "pos/x" || was.Get("ce_type") != "t" || !was.At.Equal(w.now) || all[0].Place != "0-7" {
		w.Errorf("kept: %+v %+v %v", raw, was, err)
	}
	r := journal.Resolve{Parked: all[0].ID, Link: "pos", As: journal.ItemDismissed, Why: "прислано заново"}
	got := w.add(journal.Entry{Actor: "operator", Resolve: &r})
	if got.Outcome != journal.Appended || w.parked(journal.ReasonUnparsable) != 0 || w.parked("") != 1 {
		w.Errorf("got %+v", got)
	}
	events := w.history(journal.LinkStream("pos"))
	e := events[len(events)-1]
	if e.Kind != journal.ItemDismissed || e.Actor != "operator" || e.RefID != "x" || e.Token != "0-7" || e.SourceID != events[0].SourceID || len(e.Body) == 0 {
		w.Errorf("event: %+v", e)
	}
	w.appeal(message("1", "nowhere"))
	all, err = w.j.Parked(w.ctx, journal.ParkedQuery{})
	if err != nil || len(all) != 2 || all[1].Reason != journal.ReasonNoRoute {
		w.Fatalf("parked: %+v, %v", all, err)
	}
	for name, c := range map[string]struct {
		r    journal.Resolve
		want error
	}{
		"once more":                       {r, journal.ErrNotFound},
		"an unknown one":                  {journal.Resolve{Parked: 999, Link: "pos", As: journal.ItemDismissed}, journal.ErrNotFound},
		"another link's":                  {journal.Resolve{Parked: all[0].ID, Link: "pos", As: journal.ItemDismissed}, journal.ErrNotFound},
		"one that waits, to be read anew": {journal.Resolve{Parked: all[0].ID, Link: "rx", As: journal.ItemReplayed}, journal.ErrState},
		"an appeal without a way":         {journal.Resolve{Parked: all[1].ID, Link: "pos", As: journal.ItemDismissed}, journal.ErrState},
	} {
		_, err := w.j.Append(w.ctx, journal.Batch{Entries: []journal.Entry{{At: w.now, Resolve: &c.r}}})
		if !errors.Is(err, c.want) {
			w.Errorf("%s: %v", name, err)
		}
	}
}

// dismissedChange: beside it another one waits still for the same record.
func dismissedChange(w *world) {
	r := w.appeal(message("1", "rx"))
	c := w.one("rx", journal.VerbAppeal)
	w.change("rx", w.status("c1", "doc-1", sdk.StatusRegistered))
	w.change("rx", w.status("c2", "doc-1", sdk.StatusInWork))
	w.change("rx", w.status("c3", "doc-2", sdk.StatusInWork))
	all, err := w.j.Parked(w.ctx, journal.ParkedQuery{Reason: journal.ReasonUnknownRef})
	if err != nil || len(all) != 3 {
		w.Fatalf("%d parked, %v", len(all), err)
	}
	for _, one := range []journal.Parked{all[1], all[2]} {
		w.add(journal.Entry{Resolve: &journal.Resolve{Parked: one.ID, Link: "rx", As: journal.ItemDismissed}})
	}
	w.settle(receipt(c, "doc-1"))
	if k := w.kinds(r.Appeal); k != "appeal.received delivery.done status.changed" || w.parked("") != 0 {
		w.Errorf("events: %s", k)
	}
	if v := w.record(r.Appeal).View; v.Status != sdk.StatusRegistered {
		w.Errorf("status %s", v.Status)
	}
	if again := w.change("rx", w.status("c2", "doc-1", sdk.StatusInWork)); again.Outcome != journal.Appended {
		w.Errorf("sent anew: %+v", again)
	}
	w.change("rx", w.status("c4", "doc-9", sdk.StatusRegistered))
	w.change("rx", w.status("c5", "doc-9", sdk.StatusInWork))
	w.appeal(message("9", "rx"))
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-9"))
	if n := w.parked(""); n != 0 {
		w.Errorf("%d wait still", n)
	}
}

// resolvedOnce: a batch that resolves a thing twice is refused whole.
func resolvedOnce(w *world) {
	w.add(journal.Entry{Link: "pos", Rejected: &sdk.Raw{RefID: "x", Body: []byte("{")}, Place: "0-7"})
	all, err := w.j.Parked(w.ctx, journal.ParkedQuery{})
	if err != nil || len(all) != 1 {
		w.Fatalf("%d parked, %v", len(all), err)
	}
	one := journal.Entry{At: w.now, Resolve: &journal.Resolve{Parked: all[0].ID, Link: "pos", As: journal.ItemReplayed}}
	if _, err := w.j.Append(w.ctx, journal.Batch{Entries: []journal.Entry{one, {At: w.now, Link: "pos", Appeal: message("1", "rx")}, one}}); !errors.Is(err, journal.ErrNotFound) {
		w.Errorf("twice: %v", err)
	}
	if n := w.parked(""); n != 1 {
		w.Errorf("%d parked", n)
	}
	got, err := w.j.Append(w.ctx, journal.Batch{Entries: []journal.Entry{one, {At: w.now, Link: "pos", Appeal: message("1", "rx")}}})
	if err != nil || got[1].Outcome != journal.Appended || w.parked("") != 0 {
		w.Errorf("with what it brings: %+v %v", got, err)
	}
	w.add(journal.Entry{Link: "pos", Rejected: &sdk.Raw{RefID: "x", Body: []byte("{")}, Place: "0-7"})
	if n := w.parked(""); n != 1 {
		w.Errorf("rejected anew: %d parked", n)
	}
}

// resolvedLate: what stays as it is stays on the list.
func resolvedLate(w *world) {
	old := message("1", "rx")
	first := w.appeal(old)
	for _, c := range []struct {
		now  *sdk.Appeal // taken after the rejection; nil: nothing
		was  *sdk.Appeal // rejected
		want journal.Outcome
	}{
		{nil, version(old, "v2"), journal.Revised},
		{version(old, "v4"), version(old, "v3"), ""},
		{version(old, "v5"), version(old, "v5"), journal.Duplicate},
		{message("2", "rx"), version(message("2", "rx"), "v0"), ""},
	} {
		w.add(journal.Entry{Link: "pos", Rejected: &sdk.Raw{RefID: c.was.Ref.ID, Body: []byte(c.was.Version)}})
		all, err := w.j.Parked(w.ctx, journal.ParkedQuery{Reason: journal.ReasonUnparsable})
		if err != nil {
			w.Fatal(err)
		}
		p := all[len(all)-1]
		if c.now != nil {
			w.appeal(c.now)
		}
		resolve := journal.Resolve{Parked: p.ID, Link: "pos", As: journal.ItemReplayed}
		got, err := w.j.Append(w.ctx, journal.Batch{Entries: []journal.Entry{{At: w.now, Resolve: &resolve}, {At: w.now, Link: "pos", Appeal: c.was, Since: p.Event}}})
		switch {
		case c.want == "" && !errors.Is(err, journal.ErrOutdated), c.want != "" && err != nil:
			w.Errorf("%s of %s: %v, %v", c.was.Version, c.was.Ref.ID, got, err)
		case err == nil && got[1].Outcome != c.want:
			w.Errorf("%s: %s", c.was.Version, got[1].Outcome)
		}
	}
	w.same("the content", "v5", w.record(first.Appeal).View.Version)
	w.same("on the list still", 2, w.parked(journal.ReasonUnparsable))
}

func routed(w *world) {
	r := w.appeal(message("1", "nowhere", pending("photo")))
	if r.Outcome != journal.Appended || r.Reason != journal.ReasonNoRoute {
		w.Fatalf("got %+v", r)
	}
	if n := w.parked(journal.ReasonNoRoute); n != 1 {
		w.Errorf("%d parked", n)
	}
	revised := version(message("1", "nowhere", pending("photo")), "v2")
	revised.Organisation = "other"
	w.appeal(revised)
	if n := w.parked(journal.ReasonNoRoute); n != 1 {
		w.Errorf("%d parked after a revision", n)
	}
	if a := w.record(r.Appeal).Appeal; a.Organisation != "other" {
		w.Errorf("its source named other, and it is of %q", a.Organisation)
	}
	all, err := w.j.Parked(w.ctx, journal.ParkedQuery{Reason: journal.ReasonNoRoute})
	if err != nil || len(all) != 1 {
		w.Fatalf("%d parked, %v", len(all), err)
	}
	replay := journal.Resolve{Parked: all[0].ID, Link: "pos", As: journal.ItemReplayed, Why: "маршрут есть"}
	both, err := w.j.Append(w.ctx, journal.Batch{Entries: []journal.Entry{{At: w.now, Actor: "operator", Resolve: &replay}, {At: w.now, Actor: "operator", Route: r.Appeal}}})
	if err != nil {
		w.Fatal(err)
	}
	if events := w.history(journal.LinkStream("pos")); events[len(events)-1].Kind != journal.ItemReplayed || string(events[len(events)-1].Body) != `{"text":"маршрут есть"}` {
		w.Errorf("on record: %+v", events)
	}
	got := both[1]
	if got.Outcome != journal.Appended || got.Reason != "" || got.Appeal != r.Appeal {
		w.Errorf("routed: %+v", got)
	}
	if n := w.parked(""); n != 0 {
		w.Errorf("%d parked still", n)
	}
	if v := w.record(r.Appeal).View; v.Revision != 2 || v.Version != "v2" {
		w.Errorf("routing made revision %d, version %s of it", v.Revision, v.Version)
	}
	events := w.history(r.Appeal)
	if e := events[len(events)-1]; e.Kind != journal.AppealRouted || e.Actor != "operator" {
		w.Errorf("event: %+v", e)
	}
	c := w.one("rx", journal.VerbAppeal)
	if c.Payload == nil || c.Payload.Version != "v2" || c.Payload.Revision != 2 || c.Payload.Organisation != "adm" {
		w.Errorf("payload: %+v", c.Payload)
	}
}

func parkedChanged(w *world) {
	w.appeal(message("1", "nowhere"))
	rating := sdk.StatusChange{ID: "r", Ref: sdk.Ref{Link: "pos", ID: "1"}, Rating: sdk.Rating{Value: 2}}
	if got := w.change("pos", rating); got.Outcome != journal.Appended {
		w.Fatalf("got %+v", got)
	}
	if n := w.parked(journal.ReasonNoRoute); n != 1 {
		w.Errorf("%d parked", n)
	}
}
