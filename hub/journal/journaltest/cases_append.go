package journaltest

import (
	"errors"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func appendCases() []testcase {
	return []testcase{
		{"an appeal is on record whole", "nothing accepted is lost", recordWhole},
		{"the same version again is a duplicate", "a source serves an item until it is acknowledged", duplicate},
		{"an id of the caller's makes no other appeal of it", "a source that tells the time gives the same id each time", ownID},
		{"an older version again is a duplicate", "an old copy must not undo a revision", olderCopy},
		{"another version is a revision", "the applicant added something", revision},
		{"once: another content under the key clashes", "an idempotency key is for one request", clash},
		{"two of one in a batch", "a page may hold an item twice while it is read", twiceInBatch},
		{"the cursor moves with the batch", "after a crash nothing is skipped", cursor},
		{"a refused entry refuses its batch alone", "others share the transaction", refused},
		{"rejected bytes are kept once", "an item that can't be parsed comes again and again", rejected},
	}
}

func recordWhole(w *world) {
	a := message("1", "rx")
	a.AnswerBy = sdk.Date{Year: 2026, Month: 12, Day: 20}
	r := w.appeal(a)
	if r.Outcome != journal.Appended || r.Revision != 1 || r.Event == "" || r.Appeal == "" {
		w.Fatalf("got %+v", r)
	}
	w.same("woken", []string{"rx"}, w.awake())
	got := w.record(r.Appeal)
	want := *a
	want.ID, want.Revision, want.Organisation = r.Appeal, 1, "adm"
	w.same("content", want, got.Appeal)
	w.same("view", journal.View{
		ID: r.Appeal, Organisation: "adm", Source: a.Ref, Kind: a.Kind, Version: "v1", Revision: 1, Status: sdk.StatusReceived,
		StatusAt: w.now, Lead: "rx", Targets: []string{"rx"}, ReceivedAt: w.now, UpdatedAt: w.now, Due: a.AnswerBy, Terms: "planned", Events: 1,
	}, got.View)
	w.same("refs", []sdk.Ref{a.Ref}, got.Refs)
	w.same("deadlines", []journal.Deadline{{Appeal: r.Appeal, Organisation: "adm", Term: "answer", Due: a.AnswerBy, Open: true, Wake: nearOf(a.AnswerBy)}}, got.Deadlines)
	if s := w.states(r.Appeal); s != "rx.appeal=ready" {
		w.Errorf("deliveries: %s", s)
	}
	c := w.one("rx", journal.VerbAppeal)
	w.same("payload", &want, c.Payload)
	if _, err := w.j.Appeal(w.ctx, "nobody"); !errors.Is(err, journal.ErrNotFound) {
		w.Errorf("an unknown appeal: %v", err)
	}
}

func duplicate(w *world) {
	first := w.appeal(message("1", "rx"))
	again := w.appeal(message("1", "rx"))
	w.same("again", journal.Result{Outcome: journal.Duplicate, Appeal: first.Appeal, Revision: 1}, again)
	if s := w.states(first.Appeal); s != "rx.appeal=ready" {
		w.Errorf("deliveries: %s", s)
	}
	if other := w.appeal(message("2", "rx")); other.Outcome != journal.Appended {
		w.Errorf("another reference: %+v", other)
	}
}

func ownID(w *world) {
	a := message("1", "rx")
	const id = "0198a000-0000-7000-8000-000000000001"
	say := func(a *sdk.Appeal, once bool) journal.Result {
		return w.add(journal.Entry{ID: id, Link: "pos", Appeal: a, Once: once})
	}
	if got := say(a, false); got.Outcome != journal.Appended || got.Appeal != id {
		w.Fatalf("first: %+v", got)
	}
	w.same("again", journal.Result{Outcome: journal.Duplicate, Appeal: id, Revision: 1}, say(a, false))
	w.same("other content, once", journal.Result{Outcome: journal.Clashed, Appeal: id, Revision: 1}, say(version(a, "v2"), true))
	if got := say(version(a, "v2"), false); got.Outcome != journal.Revised || got.Appeal != id || got.Revision != 2 {
		w.Errorf("other content: %+v", got)
	}
	w.same("the older copy", journal.Result{Outcome: journal.Duplicate, Appeal: id, Revision: 2}, say(a, false))
	if k := w.kinds(id); k != "appeal.received appeal.revised" {
		w.Errorf("events: %s", k)
	}
}

func olderCopy(w *world) {
	a := message("1", "rx")
	r := w.appeal(a)
	w.appeal(version(a, "v2"))
	if got := w.appeal(a); got.Outcome != journal.Duplicate {
		w.Errorf("got %+v", got)
	}
	if v := w.record(r.Appeal).View; v.Version != "v2" || v.Revision != 2 {
		w.Errorf("version %s, revision %d", v.Version, v.Revision)
	}
}

func revision(w *world) {
	a := message("1", "rx")
	r := w.appeal(a)
	b := version(a, "v2")
	got := w.appeal(b)
	if got.Outcome != journal.Revised || got.Appeal != r.Appeal || got.Revision != 2 {
		w.Fatalf("got %+v", got)
	}
	if s := w.states(r.Appeal); s != "rx.appeal=ready rx.appeal=queued" {
		w.Errorf("deliveries: %s", s)
	}
	for i, text := range []string{a.Text, b.Text} {
		c := w.one("rx", journal.VerbAppeal)
		if c.Payload.Text != text || c.Payload.Revision != i+1 {
			w.Errorf("delivery %d: revision %d, %q", i, c.Payload.Revision, c.Payload.Text)
		}
		w.settle(receipt(c, "doc"))
	}
	if k := w.kinds(r.Appeal); k != "appeal.received appeal.revised delivery.done delivery.done" {
		w.Errorf("events: %s", k)
	}
}

func clash(w *world) {
	a := message("key", "rx")
	a.Ref.Link = "api"
	r := w.add(journal.Entry{Link: "api", Appeal: a, Once: true, Actor: "operator"})
	w.same("other content", journal.Result{Outcome: journal.Clashed, Appeal: r.Appeal, Revision: 1}, w.add(journal.Entry{Link: "api", Appeal: version(a, "v2"), Once: true}))
	if got := w.add(journal.Entry{Link: "api", Appeal: a, Once: true}); got.Outcome != journal.Duplicate {
		w.Errorf("the same: %+v", got)
	}
	if e := w.history(r.Appeal); len(e) != 1 || e[0].Actor != "operator" {
		w.Errorf("events: %+v", e)
	}
}

func twiceInBatch(w *world) {
	a := message("1", "rx")
	rs, err := w.j.Append(w.ctx, journal.Batch{Entries: []journal.Entry{
		{At: w.now, Link: "pos", Appeal: a}, {At: w.now, Link: "pos", Appeal: a}, {At: w.now, Link: "pos", Appeal: version(a, "v2")},
	}})
	if err != nil {
		w.Fatal(err)
	}
	var got []journal.Outcome
	for _, r := range rs {
		got = append(got, r.Outcome)
	}
	w.same("outcomes", []journal.Outcome{journal.Appended, journal.Duplicate, journal.Revised}, got)
}

func cursor(w *world) {
	at := func() sdk.Cursor {
		c, err := w.j.Cursor(w.ctx, "pos", "appeals")
		if err != nil {
			w.Fatal(err)
		}
		return c
	}
	if c := at(); c != "" {
		w.Errorf("at first: %q", c)
	}
	good := []journal.Entry{{At: w.now, Link: "pos", Appeal: message("1", "rx")}}
	if _, err := w.j.Append(w.ctx, journal.Batch{Entries: good, Cursors: []journal.Position{{Link: "pos", Feed: "appeals", At: "page-2"}}}); err != nil {
		w.Fatal(err)
	}
	bad := []journal.Entry{{At: w.now, Link: "pos", Appeal: message("2", "rx")}, {At: w.now, Route: "nobody"}}
	if _, err := w.j.Append(w.ctx, journal.Batch{Entries: bad, Cursors: []journal.Position{{Link: "pos", Feed: "appeals", At: "page-3"}}}); err == nil {
		w.Error("a bad batch was taken")
	}
	if c := at(); c != "page-2" {
		w.Errorf("after a batch that was refused: %q", c)
	}
	if _, err := w.j.ByRef(w.ctx, sdk.Ref{Link: "pos", ID: "2"}); !errors.Is(err, journal.ErrNotFound) {
		w.Errorf("half a batch was taken: %v", err)
	}
	w.reopen()
	if c := at(); c != "page-2" {
		w.Errorf("after a restart: %q", c)
	}
}

func refused(w *world) {
	for name, e := range map[string]journal.Entry{
		"nothing in it":      {At: w.now, Link: "pos"},
		"no reference":       {At: w.now, Link: "pos", Appeal: &sdk.Appeal{Version: "1"}},
		"nobody's reference": {At: w.now, Link: "pos", Appeal: &sdk.Appeal{Ref: sdk.Ref{ID: "1"}, Version: "1"}},
		"a link's alone":     {At: w.now, Link: "pos", Appeal: &sdk.Appeal{Ref: sdk.Ref{Link: "pos"}, Version: "1"}},
		"a change of no id":  {At: w.now, Link: "pos", Change: &sdk.StatusChange{}},
		"an unknown appeal":  {At: w.now, Route: "nobody"},
		"one that is routed": {At: w.now, Route: w.appeal(message("1", "rx")).Appeal},
	} {
		if rs, err := w.j.Append(w.ctx, journal.Batch{Entries: []journal.Entry{e}}); err == nil {
			w.Errorf("%s: taken, %+v", name, rs)
		}
	}
	_, err := w.j.Append(w.ctx, journal.Batch{Entries: []journal.Entry{{At: w.now, Route: "nobody"}}})
	if !errors.Is(err, journal.ErrNotFound) {
		w.Errorf("an unknown appeal: %v", err)
	}
	if r := w.appeal(message("2", "rx")); r.Outcome != journal.Appended {
		w.Errorf("afterwards: %+v", r)
	}
}

func rejected(w *world) {
	raw := &sdk.Raw{AckID: "7", RefID: "41", Body: []byte("{\xffbroken"), Reason: "subject: is missing"}
	r := w.add(journal.Entry{Link: "pos", Rejected: raw})
	if r.Outcome != journal.Appended || r.Reason != journal.ReasonUnparsable || r.Event == "" {
		w.Errorf("got %+v", r)
	}
	if again := w.add(journal.Entry{Link: "pos", Rejected: raw}); again.Outcome != journal.Duplicate {
		w.Errorf("again: %+v", again)
	}
	other := *raw
	other.Body = []byte("{")
	if r := w.add(journal.Entry{Link: "pos", Rejected: &other}); r.Outcome != journal.Appended {
		w.Errorf("other bytes: %+v", r)
	}
	if k := w.kinds(journal.LinkStream("pos")); k != "item.rejected:unparsable item.rejected:unparsable" {
		w.Errorf("events: %s", k)
	}
	parked, err := w.j.Parked(w.ctx, journal.ParkedQuery{Link: "pos", Limit: 1})
	if err != nil || len(parked) != 1 || parked[0].RefID != "41" || len(parked[0].Body) == 0 {
		w.Errorf("parked: %s, %v", cmp.Diff(nil, parked), err)
	}
}
