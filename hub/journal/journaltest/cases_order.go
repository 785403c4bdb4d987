package journaltest

import (
	"errors"
	"strings"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func orderCases() []testcase {
	return []testcase{
		{"one at a time per appeal and link, in order", "a newer update must not be overtaken", oneAtATime},
		{"an appeal goes to two links side by side", "an EDMS that is down blocks nobody else", sideBySide},
		{"the longest due goes first", "nobody starves", longestFirst},
		{"a retry waits until it is due and keeps its place", "a later update must wait for it", retryWaits},
		{"a clock that is put back holds up no delivery", "it would wait for as long as the clock was wrong, be that a year", clockBack},
		{"a dead letter holds back what is behind it", "an update without its appeal means nothing", deadHolds},
		{"order outlives a restart", "promise 3 has no exception", orderRestart},
	}
}

func leaseCases() []testcase {
	return []testcase{
		{"a lease that has ended is lost to whoever claims next", "a frozen worker must not settle what another does", leaseEnds},
		{"what nobody claimed since is settled late", "the call was made: after an outage it would be made again", leaseLate},
		{"what is given back uncalled is as due as before", "it would wait behind later ones, or for a clock that is wrong", givenBack},
		{"a lease ends with its settlement", "a settlement that comes twice counts once", leaseOnce},
		{"a restart takes its own back at once", "or a crash would cost the length of a lease", leaseRestart},
		{"what moves a file has a lease of its own", "an appeal must not wait as long for a node that died as a film may take", leaseOfFiles},
		{"each settlement has its own error", "one lost lease must not cost the others", leaseEach},
		{"a record that is another appeal's is nobody else's", "the answer to one citizen would go to another", recordTaken},
		{"a token that is another appeal's is nobody else's", "what is told by it would go to the wrong citizen", tokenTaken},
	}
}

func oneAtATime(w *world) {
	a := message("1", "rx")
	w.appeal(a)
	w.appeal(version(a, "v2"))
	w.appeal(version(a, "v3"))
	for i := 1; i <= 3; i++ {
		c := w.one("rx", journal.VerbAppeal)
		if c.Payload.Revision != i {
			w.Fatalf("revision %d in place %d", c.Payload.Revision, i)
		}
		w.none("rx")
		w.awake()
		w.settle(receipt(c, "doc-1"))
		if woke := w.awake(); i < 3 && len(woke) != 1 {
			w.Errorf("woken: %v", woke)
		}
	}
	w.none("rx")
}

func sideBySide(w *world) {
	r := w.appeal(message("1", "rx arch"))
	w.same("woken", []string{"arch", "rx"}, w.awake())
	w.one("rx", journal.VerbAppeal)
	w.settle(receipt(w.one("arch", journal.VerbAppeal), "77"))
	if s := w.states(r.Appeal); s != "rx.appeal=ready arch.appeal=done" {
		w.Errorf("deliveries: %s", s)
	}
}

func longestFirst(w *world) {
	var want []string
	for _, id := range []string{"3", "1", "2"} {
		want = append(want, w.appeal(message(id, "rx")).Appeal)
		w.pass(time.Second)
	}
	first := w.claim("rx", 2)
	second := w.claim("rx", 2)
	var got []string
	for _, c := range append(first, second...) {
		got = append(got, c.Appeal)
	}
	w.same("order", want, got)
}

func retryWaits(w *world) {
	a := message("1", "rx")
	r := w.appeal(a)
	c := w.one("rx", journal.VerbAppeal)
	w.appeal(version(a, "v2"))
	s := failed(c, journal.SettleRetry, sdk.Transient)
	s.Due = w.now.Add(time.Minute)
	w.settle(s)
	w.none("rx")
	d := w.record(r.Appeal).Deliveries[0]
	if d.State != journal.DeliveryReady || d.Attempts != 1 || d.LastKind != sdk.Transient || d.LastError != "no route to host" || !d.Due.Equal(s.Due) {
		w.Errorf("delivery: %+v", d)
	}
	w.pass(time.Minute)
	c = w.one("rx", journal.VerbAppeal)
	if c.Payload.Revision != 1 || c.Attempts != 1 {
		w.Errorf("revision %d, attempts %d", c.Payload.Revision, c.Attempts)
	}
	s = failed(c, journal.SettleRetry, sdk.Throttled)
	s.Counts, s.Due = false, w.now
	w.settle(s)
	if c = w.one("rx", journal.VerbAppeal); c.Attempts != 1 {
		w.Errorf("an attempt counted that should not: %d", c.Attempts)
	}
}

func clockBack(w *world) {
	w.appeal(message("1", "rx"))
	w.pass(-365 * 24 * time.Hour)
	c := w.one("rx", journal.VerbAppeal)
	for _, firm := range []bool{false, true} {
		longest := journal.FurthestRetry
		if firm {
			longest = journal.FurthestFirm
		}
		s := failed(c, journal.SettleRetry, sdk.Transient)
		s.Due, s.Firm = w.now.Add(longest), firm
		w.settle(s)
		w.none("rx")
		w.pass(-time.Second)
		c = w.one("rx", journal.VerbAppeal)
	}
}

func deadHolds(w *world) {
	a := message("1", "rx")
	r := w.appeal(a)
	w.appeal(version(a, "v2"))
	w.settle(failed(w.one("rx", journal.VerbAppeal), journal.SettleDead, sdk.Rejected))
	w.none("rx")
	if s := w.states(r.Appeal); s != "rx.appeal=dead rx.appeal=queued" {
		w.Errorf("deliveries: %s", s)
	}
	if k := w.kinds(r.Appeal); k != "appeal.received appeal.revised delivery.dead:rejected" {
		w.Errorf("events: %s", k)
	}
	if w.appeal(message("2", "rx")); len(w.claim("rx", 10)) != 1 {
		w.Error("a poison appeal blocks others")
	}
	w.appeal(version(a, "v3"))
	w.none("rx")
}

func orderRestart(w *world) {
	a := message("1", "rx")
	w.appeal(a)
	w.appeal(version(a, "v2"))
	w.one("rx", journal.VerbAppeal)
	w.reopen()
	c := w.one("rx", journal.VerbAppeal)
	if c.Payload.Revision != 1 {
		w.Errorf("revision %d", c.Payload.Revision)
	}
	w.none("rx")
	w.settle(receipt(c, "doc-1"))
	if c = w.one("rx", journal.VerbAppeal); c.Payload.Revision != 2 || c.To.ID != "doc-1" {
		w.Errorf("revision %d to %v", c.Payload.Revision, c.To)
	}
}

func leaseEnds(w *world) {
	w.appeal(message("1", "rx"))
	first := w.one("rx", journal.VerbAppeal)
	if !first.Until.Equal(w.now.Add(time.Minute)) {
		w.Errorf("until %v", first.Until)
	}
	w.none("rx")
	w.pass(time.Minute)
	second := w.one("rx", journal.VerbAppeal)
	if err := w.trySettle(receipt(first, "doc-1")); !errors.Is(err, journal.ErrLease) {
		w.Errorf("somebody else's: %v", err)
	}
	w.settle(receipt(second, "doc-1"))
}

func leaseLate(w *world) {
	r := w.appeal(message("1", "rx"))
	late := w.one("rx", journal.VerbAppeal)
	w.pass(time.Hour)
	w.settle(receipt(late, "doc-1"))
	w.none("rx")
	w.same("deliveries", "rx.appeal=done", w.states(r.Appeal))
	w.appeal(message("2", "rx"))
	late = w.one("rx", journal.VerbAppeal)
	w.pass(time.Hour)
	w.act(journal.Action{Kind: journal.ActSkip, IDs: []int64{late.ID}})
	if err := w.trySettle(receipt(late, "doc-2")); !errors.Is(err, journal.ErrLease) {
		w.Errorf("after an operator gave it up: %v", err)
	}
}

func givenBack(w *world) {
	first := w.appeal(message("1", "rx"))
	w.appeal(message("2", "rx"))
	out := w.claim("rx", 2)
	s := failed(out[0], journal.SettleRetry, sdk.Transient)
	s.Due = w.now
	w.settle(s)
	before := w.record(first.Appeal).Deliveries[0]
	for _, wrong := range []time.Duration{0, time.Hour, -time.Hour} {
		w.pass(time.Second)
		s := done(w.one("rx", journal.VerbAppeal))
		s.As, s.At = journal.SettleBack, w.now.Add(wrong)
		w.settle(s)
		w.same("the delivery", before, w.record(first.Appeal).Deliveries[0])
	}
	w.settle(receipt(out[1], "doc-2"))
	w.settle(receipt(w.one("rx", journal.VerbAppeal), "doc-1"))
}

func leaseOnce(w *world) {
	r := w.appeal(message("1", "rx"))
	c := w.one("rx", journal.VerbAppeal)
	errs, err := w.j.Settle(w.ctx, at(w, receipt(c, "doc-1")), at(w, receipt(c, "doc-1")))
	if err != nil || errs[0] != nil || !errors.Is(errs[1], journal.ErrLease) {
		w.Errorf("twice in one: %v, %v", errs, err)
	}
	if err := w.trySettle(receipt(c, "doc-1")); !errors.Is(err, journal.ErrLease) {
		w.Errorf("a third time: %v", err)
	}
	if k := w.kinds(r.Appeal); k != "appeal.received delivery.done" {
		w.Errorf("events: %s", k)
	}
}

func recordTaken(w *world) {
	first, second := w.appeal(message("1", "rx")), w.appeal(message("2", "rx", stored("plan")))
	out := w.claim("rx", 2)
	w.settle(receipt(out[0], "doc-1"))
	again := receipt(out[1], "doc-1")
	errs, err := w.j.Settle(w.ctx, at(w, again), at(w, again))
	if err != nil || !errors.Is(errs[0], journal.ErrTaken) || !errors.Is(errs[1], journal.ErrTaken) {
		w.Errorf("the record of another: %v, %v", errs, err)
	}
	if !strings.Contains(errs[0].Error(), first.Appeal) {
		w.Errorf("does not name %s: %v", first.Appeal, errs[0])
	}
	w.same("deliveries", "rx.appeal=ready rx.attachment(plan)=queued", w.states(second.Appeal))
	w.settle(failed(out[1], journal.SettleDead, sdk.Conflict))
	w.same("deliveries then", "rx.appeal=dead rx.attachment(plan)=queued", w.states(second.Appeal))
	w.none("rx")
}

func tokenTaken(w *world) {
	first, second := w.appeal(message("1", "rx")), w.appeal(message("2", "rx"))
	out := w.claim("rx", 2)
	named := func(c journal.Claimed) journal.Settlement {
		s := done(c)
		s.Receipt.Token = "batch-7"
		return at(w, s)
	}
	errs, err := w.j.Settle(w.ctx, named(out[0]), named(out[1]))
	if err != nil || errs[0] != nil || !errors.Is(errs[1], journal.ErrTaken) || !strings.Contains(errs[1].Error(), first.Appeal) {
		w.Errorf("in one settlement: %v, %v", errs, err)
	}
	errs, err = w.j.Settle(w.ctx, named(out[1]))
	if err == nil {
		err = errs[0]
	}
	if !errors.Is(err, journal.ErrTaken) || !strings.Contains(err.Error(), first.Appeal) {
		w.Errorf("afterwards: %v", err)
	}
	w.same("deliveries", "rx.appeal=ready", w.states(second.Appeal))
	confirm := w.one("rx", journal.VerbConfirm)
	again := receipt(confirm, "doc-1")
	again.Receipt.Token = "batch-7" // its own
	w.settle(again)
}

func at(w *world, s journal.Settlement) journal.Settlement {
	s.At = w.now
	return s
}

func leaseRestart(w *world) {
	w.appeal(message("1", "rx"))
	old := w.one("rx", journal.VerbAppeal)
	w.reopen()
	c := w.one("rx", journal.VerbAppeal)
	if err := w.trySettle(receipt(old, "doc-1")); !errors.Is(err, journal.ErrLease) {
		w.Errorf("the old lease: %v", err)
	}
	w.settle(receipt(c, "doc-1"))
}

func leaseEach(w *world) {
	w.appeal(message("1", "rx"))
	w.appeal(message("2", "rx"))
	out := w.claim("rx", 2)
	bad := receipt(out[0], "doc-1")
	bad.Lease = "somebody's"
	errs, err := w.j.Settle(w.ctx, at(w, bad), at(w, receipt(out[1], "doc-2")))
	if err != nil || !errors.Is(errs[0], journal.ErrLease) || errs[1] != nil {
		w.Errorf("got %v, %v", errs, err)
	}
}

func leaseOfFiles(w *world) {
	w.appeal(message("1", "rx", pending("film")))
	claim := func(link string) []journal.Claimed {
		out, err := w.j.Claim(w.ctx, journal.Claim{Link: link, Limit: 10, Lease: time.Minute, FileLease: 10 * time.Minute, Now: w.now})
		if err != nil {
			w.Fatalf("claim: %v", err)
		}
		return out
	}
	for link, lease := range map[string]time.Duration{"rx": time.Minute, "pos": 10 * time.Minute} {
		if out := claim(link); len(out) != 1 || !out[0].Until.Equal(w.now.Add(lease)) {
			w.Fatalf("claimed %s of %s: %+v", words(out), link, out)
		}
	}
	w.pass(time.Minute)
	w.one("rx", journal.VerbAppeal)
	w.pass(9*time.Minute - time.Second)
	w.none("pos")
	w.pass(time.Second)
	w.one("pos", journal.VerbFetch)
}
