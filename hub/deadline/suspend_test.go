package deadline_test

import (
	"errors"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

// TestNote: a suspension is noted, corrected and ended; what does not fit is told,
// and changes nothing. The text keeps it.
func TestNote(t *testing.T) {
	type step struct {
		event deadline.Event
		day   string
		fails error
		want  string
	}
	for name, steps := range map[string][]step{
		"from and until": {
			{deadline.Suspended, "2026-06-10", nil, "suspended=2026-06-10>"},
			{deadline.Resumed, "2026-06-15", nil, "suspended=2026-06-10>2026-06-15"},
			{deadline.Suspended, "2026-07-01", nil, "suspended=2026-06-10>2026-06-15 suspended=2026-07-01>"},
			{deadline.Resumed, "2026-07-02", nil, "suspended=2026-06-10>2026-06-15 suspended=2026-07-01>2026-07-02"},
		},
		"corrected while it lasts": {
			{deadline.Suspended, "2026-06-10", nil, "suspended=2026-06-10>"},
			{deadline.Suspended, "2026-06-12", nil, "suspended=2026-06-12>"},
		},
		"its end is corrected": {
			{deadline.Suspended, "2026-06-10", nil, "suspended=2026-06-10>"},
			{deadline.Resumed, "2026-06-15", nil, "suspended=2026-06-10>2026-06-15"},
			{deadline.Resumed, "2026-06-12", nil, "suspended=2026-06-10>2026-06-12"},
			{deadline.Resumed, "2026-06-10", nil, ""},
		},
		"taken back": {
			{deadline.Suspended, "2026-06-10", nil, "suspended=2026-06-10>"},
			{deadline.Resumed, "2026-06-10", nil, ""},
		},
		"nothing to resume": {
			{deadline.Resumed, "2026-06-10", deadline.ErrNotSuspended, ""},
			{deadline.Suspended, "2026-06-10", nil, "suspended=2026-06-10>"},
			{deadline.Resumed, "2026-06-09", deadline.ErrResumedEarly, "suspended=2026-06-10>"},
		},
		"another event": {
			{deadline.Notified, "2026-06-10", nil, "notified=2026-06-10"},
		},
		"none that there is": {
			{"lunch", "2026-06-10", nil, ""},
		},
	} {
		var r deadline.Record
		for i, s := range steps {
			if err := r.Note(s.event, on(t, s.day), time.UTC); !errors.Is(err, s.fails) {
				t.Errorf("%s, %d: %v, want %v", name, i, err, s.fails)
			}
			if r.String() != s.want {
				t.Errorf("%s, %d: %q, want %q", name, i, r.String(), s.want)
			}
			again, err := deadline.ParseRecord(r.String())
			if err != nil || again.String() != s.want {
				t.Errorf("%s, %d: read again: %q, %v", name, i, again.String(), err)
			}
		}
	}
	var r deadline.Record
	late := deadline.At(time.Date(2026, 6, 10, 22, 0, 0, 0, time.UTC))
	if err := r.Note(deadline.Suspended, late, zone(t, "Asia/Kamchatka")); err != nil || r.String() != "suspended=2026-06-11>" {
		t.Errorf("the day is the organisation's: %q, %v", r.String(), err)
	}
}

// TestNoteLeavesCopies: a record is copied by value, and what is noted in one copy is
// not noted in the other: a dry run must change nothing.
func TestNoteLeavesCopies(t *testing.T) {
	for _, event := range []deadline.Event{deadline.Suspended, deadline.Resumed} {
		was := deadline.Record{Facts: deadline.Facts{Suspensions: []deadline.Suspension{{From: date(t, "2026-06-10")}}}}
		before, noted := was.String(), was
		if err := noted.Note(event, on(t, "2026-06-15"), time.UTC); err != nil {
			t.Fatal(err)
		}
		if was.String() != before || noted.String() == before {
			t.Errorf("%s: %q was %q, noted %q", event, was.String(), before, noted.String())
		}
	}
}

// TestSuspensionOfAnExtension: an extended term pauses to its very end; a date that
// somebody names stands, but for while a suspension lasts.
func TestSuspensionOfAnExtension(t *testing.T) {
	e := engine(t, "- {id: 59fz-answer, pauses: true}\n")
	for name, c := range map[string]struct {
		extension   deadline.Extension
		suspensions []deadline.Suspension
		due         string // empty: suspended
		paused      int
	}{
		"in the extended part":           {deadline.Extension{}, []deadline.Suspension{{From: date(t, "2026-07-10"), Until: date(t, "2026-07-13")}}, "2026-08-03", 3},
		"in both":                        {deadline.Extension{}, []deadline.Suspension{{From: date(t, "2026-06-10"), Until: date(t, "2026-06-11")}, {From: date(t, "2026-07-10"), Until: date(t, "2026-07-13")}}, "2026-08-04", 4},
		"it lasts":                       {deadline.Extension{}, []deadline.Suspension{{From: date(t, "2026-07-10")}}, "", 0},
		"after all":                      {deadline.Extension{}, []deadline.Suspension{{From: date(t, "2026-08-10")}}, "2026-07-31", 0},
		"to a named date":                {deadline.Extension{Until: date(t, "2026-07-24")}, []deadline.Suspension{{From: date(t, "2026-07-10"), Until: date(t, "2026-07-13")}}, "2026-07-24", 0},
		"to a named date while it lasts": {deadline.Extension{Until: date(t, "2026-07-24")}, []deadline.Suspension{{From: date(t, "2026-07-10")}}, "", 0},
	} {
		f := registered(t, "2026-06-01") // 30 days: 1 July; 60: 31 July, a Friday
		f.Extensions, f.Suspensions = []deadline.Extension{c.extension}, c.suspensions
		terms := e.Terms(f)
		got, _ := terms.Find(deadline.Answer)
		if got.Due.String() != c.due || got.Paused != c.paused || warned(terms, deadline.WarnSuspended) != (c.due == "") {
			t.Errorf("%s: due %s, paused %d; %+v", name, got.Due, got.Paused, terms.Warnings)
		}
	}
}

// TestSuspensionAtTheEnd: a suspension that begins on the last day takes that day
// away; one that begins the day after comes too late.
func TestSuspensionAtTheEnd(t *testing.T) {
	e := engine(t, "- {id: 59fz-answer, pauses: true}\n")
	for from, due := range map[string]string{"2026-07-01": "2026-07-03", "2026-07-02": "2026-07-01"} {
		f := registered(t, "2026-06-01") // 30 days: 1 July
		f.Suspensions = []deadline.Suspension{{From: date(t, from), Until: date(t, "2026-07-03")}}
		if got := find(t, e, f, deadline.Answer); got.Due.String() != due {
			t.Errorf("from %s: due %s", from, got.Due)
		}
	}
}

// TestPauses: only what a rule of the appeal's own lets stop can be suspended, while it
// is suspended too.
func TestPauses(t *testing.T) {
	p := deadline.Practice{Engine: engine(t, "- {id: 59fz-answer, pauses: true}\n"), Zone: time.UTC}
	law := deadline.Record{Facts: deadline.Facts{Received: on(t, "2026-06-01")}}
	stopped := law
	stopped.Suspensions = []deadline.Suspension{{From: date(t, "2026-06-10")}}
	plain := deadline.Practice{Engine: standard(t), Zone: time.UTC}
	for name, c := range map[string]struct {
		practice deadline.Practice
		record   deadline.Record
		kind     sdk.AppealKind
		want     bool
	}{
		"it runs":                   {p, law, sdk.KindAppeal, true},
		"it is suspended":           {p, stopped, sdk.KindAppeal, true},
		"of a message another does": {p, law, sdk.KindMessage, false},
		"no rule pauses":            {plain, law, sdk.KindAppeal, false},
	} {
		if got := c.practice.Pauses(&c.record, c.kind); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestNoteGround: a ground is noted, and taken back.
func TestNoteGround(t *testing.T) {
	var r deadline.Record
	for _, step := range []struct{ noted, want string }{{"unreadable", "unreadable"}, {"court", "court"}, {deadline.NoGround, ""}} {
		if r.NoteGround(step.noted); r.Ground != step.want {
			t.Errorf("%s: %q", step.noted, r.Ground)
		}
	}
}

// TestSuspensionsOverlap: a day of two suspensions counts once, in whatever order
// they were noted.
func TestSuspensionsOverlap(t *testing.T) {
	e := engine(t, "- {id: 59fz-answer, pauses: true}\n")
	f := registered(t, "2026-06-01") // 30 days: 1 July
	f.Suspensions = []deadline.Suspension{
		{From: date(t, "2026-06-12"), Until: date(t, "2026-06-16")},
		{From: date(t, "2026-06-10"), Until: date(t, "2026-06-14")},
		{From: date(t, "2026-06-11"), Until: date(t, "2026-06-13")},
	}
	if got := find(t, e, f, deadline.Answer); got.Due.String() != "2026-07-07" || got.Paused != 6 {
		t.Errorf("due %s, paused %d", got.Due, got.Paused)
	}
}
