package deadline_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

var moscow = time.FixedZone("MSK", 3*60*60)

// practice is near 5 days, a day and 4 hours before the end.
func practice(t *testing.T) *deadline.Practice {
	t.Helper()
	e, err := deadline.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return &deadline.Practice{Engine: e, Zone: moscow, Near: []deadline.Distance{{Days: 5}, {Days: 1}, {Hours: 4}}}
}

func moment(day, hour int) time.Time { return time.Date(2026, 12, day, hour, 0, 0, 0, moscow) }

func december(day int) sdk.Date { return sdk.Date{Year: 2026, Month: 12, Day: day} }

func TestTell(t *testing.T) {
	p := practice(t)
	near := func(d deadline.Distance) deadline.News {
		return deadline.News{Kind: sdk.DeadlineNear, Term: deadline.Answer, Due: december(10), Ahead: d}
	}
	passed := deadline.News{Kind: sdk.DeadlinePassed, Term: deadline.Answer, Due: december(10)}
	for name, c := range map[string]struct {
		near time.Time // told already
		at   time.Time
		want []deadline.News
		next time.Time
	}{
		"too soon":                          {time.Time{}, moment(4, 23), nil, moment(5, 0)},
		"near":                              {time.Time{}, moment(5, 0), []deadline.News{near(deadline.Distance{Days: 5})}, moment(9, 0)},
		"told":                              {moment(5, 0), moment(6, 0), nil, moment(9, 0)},
		"nearer; what was missed is left":   {time.Time{}, moment(9, 12), []deadline.News{near(deadline.Distance{Days: 1})}, moment(11, 0)},
		"on the last day":                   {moment(9, 0), moment(10, 23), nil, moment(11, 0)},
		"passed":                            {moment(9, 0), moment(11, 0), []deadline.News{passed}, time.Time{}},
		"a hub that was off tells the last": {moment(5, 0), moment(20, 0), []deadline.News{near(deadline.Distance{Days: 1}), passed}, time.Time{}},
	} {
		w := deadline.Watched{Term: deadline.Answer, Due: december(10), Open: true, Near: c.near}
		if diff := cmp.Diff(c.want, w.Tell(p, c.at)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if again := w.Tell(p, c.at); again != nil {
			t.Errorf("%s: told again %v", name, again)
		}
		if next := w.Wake(p); !next.Equal(c.next) {
			t.Errorf("%s: wakes at %v, want %v", name, next, c.next)
		}
	}
	shut := deadline.Watched{Term: deadline.Answer, Due: december(10)}
	if got := shut.Tell(p, moment(20, 0)); got != nil || !shut.Wake(p).IsZero() {
		t.Errorf("of what is met: %v", got)
	}
}

// TestTellHours: a term in hours is an instant, and hours before it count.
func TestTellHours(t *testing.T) {
	p := practice(t)
	w := deadline.Watched{Term: deadline.Answer, Due: december(10), DueAt: moment(10, 12), Open: true, Near: moment(9, 12)}
	if got := w.Tell(p, moment(10, 8)); len(got) != 1 || got[0].Ahead != (deadline.Distance{Hours: 4}) {
		t.Errorf("four hours before: %v", got)
	}
	if next := w.Wake(p); !next.Equal(moment(10, 12)) {
		t.Errorf("wakes at %v", next)
	}
	if got := w.Tell(p, moment(10, 12)); len(got) != 1 || got[0].Kind != sdk.DeadlinePassed {
		t.Errorf("at its end: %v", got)
	}
}

// TestWatch: marks stay while the term ends when it did, and what was told wrongly
// is taken back.
func TestWatch(t *testing.T) {
	p := practice(t)
	told := deadline.Watched{Term: deadline.Answer, Due: december(10), Open: true, Near: moment(9, 0), Passed: true}
	term := deadline.Term{Term: deadline.Answer, Due: december(10), Days: 30, From: deadline.Start{Date: sdk.Date{Year: 2026, Month: 11, Day: 10}}}
	withdrawn := deadline.News{Kind: sdk.DeadlineWithdrawn, Term: deadline.Answer, Was: december(10)}
	for name, c := range map[string]struct {
		term   func(*deadline.Term)
		closed bool
		want   deadline.Watched
		news   func(*deadline.News)
	}{
		"as it was":  {func(*deadline.Term) {}, false, told, nil},
		"it is late": {func(t *deadline.Term) { t.Ended.Date, t.Late = december(12), true }, false, deadline.Watched{Term: deadline.Answer, Due: december(10), Near: moment(9, 0), Passed: true}, nil},
		"it was met in time, as is known now": {func(t *deadline.Term) { t.Ended.Date = december(8) }, false,
			deadline.Watched{Term: deadline.Answer, Due: december(10), Near: moment(9, 0)}, func(n *deadline.News) { n.Due = december(10) }},
		"it ends later": {func(t *deadline.Term) { t.Due = december(25) }, false,
			deadline.Watched{Term: deadline.Answer, Due: december(25), Open: true, Near: time.Date(2026, 11, 10, 0, 0, 0, 0, moscow)}, func(n *deadline.News) { n.Due = december(25) }},
		"it ends sooner": {func(t *deadline.Term) { t.Due = december(2) }, false,
			deadline.Watched{Term: deadline.Answer, Due: december(2), Open: true, Near: time.Date(2026, 11, 10, 0, 0, 0, 0, moscow)}, nil},
		"the appeal is closed": {func(*deadline.Term) {}, true, deadline.Watched{Term: deadline.Answer, Due: december(10), Near: moment(9, 0), Passed: true}, nil},
	} {
		one := term
		c.term(&one)
		now, news := p.Watch([]deadline.Watched{told}, &deadline.Terms{Terms: []deadline.Term{one}}, c.closed)
		var want []deadline.News
		if c.news != nil {
			n := withdrawn
			c.news(&n)
			want = append(want, n)
		}
		if diff := cmp.Diff([]deadline.Watched{c.want}, now) + cmp.Diff(want, news); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if now, _ := p.Watch([]deadline.Watched{told}, &deadline.Terms{}, false); len(now) != 1 || now[0].Open {
		t.Errorf("a term that runs no more: %+v", now)
	}
	one := term
	one.OnlyIf = "it is forwarded"
	if now, _ := p.Watch(nil, &deadline.Terms{Terms: []deadline.Term{one}}, false); len(now) != 0 {
		t.Errorf("a term that does not bind: %+v", now)
	}
}

func TestParseDistance(t *testing.T) {
	for _, good := range []string{"5d", "4h"} {
		if d, err := deadline.ParseDistance(good); err != nil || d.String() != good {
			t.Errorf("%s: %v, %v", good, d, err)
		}
	}
	for _, bad := range []string{"", "d", "5", "5dh", "5hd", "-1d", "0d", "1.5d", "99999d", "5 d"} {
		if d, err := deadline.ParseDistance(bad); err == nil {
			t.Errorf("%q is taken for %v", bad, d)
		}
	}
}

// TestRecord: what is kept is read as it was written.
func TestRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		date := rapid.Custom(func(t *rapid.T) sdk.Date {
			return sdk.Date{Year: 2026, Month: 1, Day: 1}.AddDays(rapid.IntRange(0, 700).Draw(t, "days"))
		})
		instant := rapid.Custom(func(t *rapid.T) time.Time {
			return time.UnixMicro(rapid.Int64Range(-2e15, 4e15).Draw(t, "us")).In(moscow)
		})
		moments := rapid.Custom(func(t *rapid.T) deadline.Moment {
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				return deadline.Moment{}
			case 1:
				return deadline.On(date.Draw(t, "date"))
			case 2:
				return deadline.At(date.Draw(t, "midnight").In(time.UTC))
			}
			return deadline.At(instant.Draw(t, "instant"))
		})
		r := deadline.Record{
			Rating: rapid.IntRange(0, 5).Draw(t, "rating"), Interim: rapid.IntRange(0, 3).Draw(t, "interim"),
			Reworks: rapid.IntRange(0, 3).Draw(t, "reworks"), Refused: rapid.Bool().Draw(t, "refused"),
		}
		r.Categories = rapid.SliceOfN(rapid.StringMatching(`[а-яa-z0-9 =,.:|]{1,8}`), 0, 3).Draw(t, "categories")
		r.Ground = rapid.StringMatching(`[а-яa-z =,]{0,8}`).Draw(t, "ground")
		r.LastUntil = date.Draw(t, "until")
		r.EndedIn, r.ExtendedIn = rapid.Int64Range(0, 9).Draw(t, "ended in"), rapid.Int64Range(0, 9).Draw(t, "extended in")
		if r.Closed = moments.Draw(t, "closed"); !r.Closed.IsZero() {
			r.ClosedBy = rapid.SampledFrom(deadline.Events()).Draw(t, "closed by")
		}
		r.First, r.FirstLate = moments.Draw(t, "first"), rapid.Bool().Draw(t, "late")
		for _, e := range deadline.Events() {
			*r.Moment(e) = moments.Draw(t, string(e))
		}
		for range rapid.IntRange(0, 2).Draw(t, "extensions") {
			r.Extensions = append(r.Extensions, deadline.Extension{On: moments.Draw(t, "on"), Until: date.Draw(t, "until")})
		}
		for range rapid.IntRange(0, 2).Draw(t, "suspensions") {
			r.Suspensions = append(r.Suspensions, deadline.Suspension{From: date.Draw(t, "from"), Until: date.Draw(t, "until")})
		}
		for _, term := range rapid.SliceOfNDistinct(rapid.SampledFrom(deadline.TermIDs()), 0, 4, rapid.ID[deadline.TermID]).Draw(t, "terms") {
			r.Watched = append(r.Watched, deadline.Watched{
				Term: term, Due: date.Draw(t, "due"), Open: rapid.Bool().Draw(t, "open"), Passed: rapid.Bool().Draw(t, "passed"),
				Near: instant.Draw(t, "near"),
			})
		}
		got, err := deadline.ParseRecord(r.String())
		if err != nil {
			t.Fatalf("%s: %v", r.String(), err)
		}
		if diff := cmp.Diff(r, got, cmpopts.EquateEmpty(), cmp.Comparer(sameMoment), cmp.Comparer(time.Time.Equal), cmp.Comparer(func(a, b *time.Location) bool { return true })); diff != "" || got.String() != r.String() {
			t.Fatalf("%s: %s", r.String(), diff)
		}
	})
	for _, bad := range []string{"received=x", "nonsense=1", "answer=due:2026-13-01", "extended=1>x", "category=%zz"} {
		if _, err := deadline.ParseRecord(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// sameMoment: the same instant or date, and the same doubt about it.
func sameMoment(a, b deadline.Moment) bool {
	doubt := func(m deadline.Moment) bool {
		_, offset := m.At.Zone()
		return offset == 0 && !m.At.IsZero() && m.At.Unix()%86400 == 0
	}
	return a.At.Equal(b.At) && a.Date == b.Date && doubt(a) == doubt(b)
}
