package report

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

type views = []*journal.View

func count(t testing.TB, q Question, all views) *Report {
	t.Helper()
	q.Now, q.Practice = now, practices(t)
	tally := NewTally(q)
	for _, v := range all {
		tally.Add(v)
	}
	return tally.Report(nil)
}

// TestFigures has one appeal, or a few, for each figure. The term of the answer to
// an appeal of 12 January ends on 11 February.
func TestFigures(t *testing.T) {
	for name, c := range map[string]struct {
		views views
		want  Figures
	}{
		"nothing": {nil, Figures{}},
		"answered on the last day": {views{appeal(12, answered(31+11))},
			Figures{Received: 1, Answered: 1, InTime: 1, ShareInTime: share(1), MeanDays: share(30), MedianDays: share(30)}},
		"answered a day later": {views{appeal(12, answered(31+12))},
			Figures{Received: 1, Answered: 1, Overdue: 1, ShareInTime: share(0), MeanDays: share(31), MedianDays: share(31)}},
		"open and past": {views{appeal(12, nil)}, Figures{Received: 1, Open: 1, Overdue: 1, ShareInTime: share(0)}},
		"open on its last day": {views{appeal(31+28, nil)}, // 28 February; 30 March is the last day
			Figures{Received: 1, Open: 1}},
		"open the day after": {views{appeal(31+27, nil)}, Figures{Received: 1, Open: 1, Overdue: 1, ShareInTime: share(0)}},
		"closed without an answer": {views{appeal(12, func(v *journal.View, _ *deadline.Record) { v.Status = sdk.StatusClosed })},
			Figures{Received: 1}},
		"answered on the day of receipt, before it was registered": {views{appeal(12, func(v *journal.View, r *deadline.Record) {
			answered(12)(v, r)
			r.Registered = deadline.On(jan(13))
		})}, Figures{Received: 1, Answered: 1, InTime: 1, ShareInTime: share(1), MeanDays: share(0), MedianDays: share(0)}},
		"shares": {views{appeal(12, answered(13)), appeal(13, answered(14)), appeal(14, nil)},
			Figures{Received: 3, Open: 1, Answered: 2, InTime: 2, Overdue: 1, ShareInTime: share(0.6667), MeanDays: share(1), MedianDays: share(1)}},
		"median of an even count": {views{appeal(12, answered(14)), appeal(12, answered(15)), appeal(12, answered(16)), appeal(12, answered(37))},
			Figures{Received: 4, Answered: 4, InTime: 4, ShareInTime: share(1), MeanDays: share(8.5), MedianDays: share(3.5)}},
		"median of an odd count": {views{appeal(12, answered(14)), appeal(12, answered(16)), appeal(12, answered(37))},
			Figures{Received: 3, Answered: 3, InTime: 3, ShareInTime: share(1), MeanDays: share(10.3333), MedianDays: share(4)}},
		"extended": {views{appeal(12, func(v *journal.View, r *deadline.Record) {
			answered(31+20)(v, r)
			r.Extensions, r.FirstLate = []deadline.Extension{{On: deadline.On(jan(31))}}, false
		})}, Figures{Received: 1, Answered: 1, InTime: 1, Extended: 1, ShareInTime: share(1), MeanDays: share(39), MedianDays: share(39)}},
		"forwarded": {views{appeal(12, func(v *journal.View, r *deadline.Record) {
			v.Status, r.Forwarded = sdk.StatusForwarded, deadline.On(jan(15))
		})}, Figures{Received: 1, Forwarded: 1}},
		"forwarded after the term of the answer": {views{appeal(12, func(v *journal.View, r *deadline.Record) {
			v.Status, r.Forwarded = sdk.StatusForwarded, deadline.On(jan(50))
		})}, Figures{Received: 1, Forwarded: 1, Overdue: 1, ShareInTime: share(0)}},
		"refused": {views{appeal(12, func(v *journal.View, r *deadline.Record) {
			v.Status, r.Returned, r.Refused = sdk.StatusRefused, deadline.On(jan(15)), true
		})}, Figures{Received: 1, Refused: 1}},
		"interim answers": {views{appeal(31+28, func(v *journal.View, r *deadline.Record) {
			v.Status, r.Interim = sdk.StatusPostponed, 2
		})}, Figures{Received: 1, Open: 1, Interim: 1}},
		"ratings": {views{
			appeal(12, func(v *journal.View, r *deadline.Record) { answered(13)(v, r); r.Rating = 5 }),
			appeal(12, func(v *journal.View, r *deadline.Record) { answered(13)(v, r); r.Rating = 5 }),
			appeal(12, func(v *journal.View, r *deadline.Record) { answered(13)(v, r); r.Rating = 1 }),
			appeal(12, answered(13)),
		}, Figures{Received: 4, Answered: 4, InTime: 4, ShareInTime: share(1), MeanDays: share(1), MedianDays: share(1), Ratings: [5]int{1, 0, 0, 0, 2}, MeanRating: share(3.6667)}},
		"fast track": {views{
			appeal(12, func(v *journal.View, r *deadline.Record) {
				v.FastTrack = true
				answered(16)(v, r)
				r.AnswerAt = deadline.On(jan(22))
			}),
			appeal(12, func(v *journal.View, r *deadline.Record) {
				v.FastTrack = true
				answered(23)(v, r)
				r.AnswerAt, r.FirstLate = deadline.On(jan(22)), true
			}),
			appeal(12, func(v *journal.View, r *deadline.Record) {
				v.FastTrack = true
				answered(22)(v, r)
				r.AnswerAt = deadline.On(jan(22))
			}),
			appeal(12, answered(23)),
		}, Figures{Received: 4, Answered: 4, InTime: 3, Overdue: 1, ShareInTime: share(0.75), MeanDays: share(9), MedianDays: share(10.5),
			FastTrack: 3, FastTrackInTime: 2, FastTrackOverdue: 1, FastTrackShareInTime: share(0.6667)}},
		"a record that can't be read": {views{{
			ID: "x", Organisation: "adm", Kind: sdk.KindAppeal, Status: sdk.StatusInWork, ReceivedAt: time.Date(2026, 1, 12, 9, 0, 0, 0, time.UTC), Due: jan(120), Terms: "received=?",
		}}, Figures{Received: 1, Open: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			got := count(t, Question{}, c.views)
			if diff := cmp.Diff(c.want, got.Total, cmpopts.IgnoreUnexported(Figures{})); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
			if len(c.views) > 0 && len(got.Lines) != 1 || len(c.views) == 0 && len(got.Lines) != 0 {
				t.Errorf("%d lines", len(got.Lines))
			}
		})
	}
}

// TestRework: the answers to requests for repeated consideration are counted apart,
// and leave the first answer's verdict as it was.
func TestRework(t *testing.T) {
	reworked := func(first, asked, again int, status sdk.Status, change func(*deadline.Record)) *journal.View {
		return appeal(12, func(v *journal.View, r *deadline.Record) {
			answered(first)(v, r)
			v.Status, r.Reworks, r.ReworkRequested = status, 1, deadline.On(jan(asked))
			if again > 0 {
				r.Answered = deadline.On(jan(again))
			}
			if change != nil {
				change(r)
			}
		})
	}
	for name, c := range map[string]struct {
		view *journal.View
		want Figures
	}{
		"first in time, second to come": {reworked(31+5, 31+28, 0, sdk.StatusRework, nil), Figures{Open: 1, InTime: 1, ShareInTime: share(1), MeanDays: share(24), MedianDays: share(24)}},
		"first late, second to come":    {reworked(31+14, 31+28, 0, sdk.StatusRework, nil), Figures{Open: 1, Overdue: 1, ShareInTime: share(0), MeanDays: share(33), MedianDays: share(33)}},
		"second overdue":                {reworked(31+1, 31+5, 0, sdk.StatusRework, nil), Figures{Open: 1, InTime: 1, ShareInTime: share(1), ReworkOverdue: 1, MeanDays: share(20), MedianDays: share(20)}},
		"both in time":                  {reworked(31+1, 31+5, 31+20, sdk.StatusAnswered, nil), Figures{InTime: 1, ShareInTime: share(1), ReworkInTime: 1, MeanDays: share(20), MedianDays: share(20)}},
		"second late":                   {reworked(31+1, 31+5, 31+28+10, sdk.StatusAnswered, nil), Figures{InTime: 1, ShareInTime: share(1), ReworkOverdue: 1, MeanDays: share(20), MedianDays: share(20)}},
		"first late, second in time":    {reworked(31+13, 31+14, 31+20, sdk.StatusAnswered, nil), Figures{Overdue: 1, ShareInTime: share(0), ReworkInTime: 1, MeanDays: share(32), MedianDays: share(32)}},
		"the portal's date is the second's": {reworked(31+1, 31+5, 31+20, sdk.StatusAnswered, func(r *deadline.Record) { r.AnswerAt = deadline.On(jan(31 + 25)) }),
			Figures{InTime: 1, ShareInTime: share(1), ReworkInTime: 1, MeanDays: share(20), MedianDays: share(20)}},
		"forwarded after the request": {reworked(31+1, 31+5, 0, sdk.StatusForwarded, func(r *deadline.Record) { r.Forwarded = deadline.On(jan(31 + 7)) }),
			Figures{Forwarded: 1, InTime: 1, ShareInTime: share(1), MeanDays: share(20), MedianDays: share(20)}},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Received, c.want.Answered, c.want.Reworked = 1, 1, 1
			if diff := cmp.Diff(c.want, count(t, Question{}, views{c.view}).Total, cmpopts.IgnoreUnexported(Figures{})); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestGroups(t *testing.T) {
	in := func(organisation string, categories ...string) func(*journal.View, *deadline.Record) {
		return func(v *journal.View, r *deadline.Record) { v.Organisation, r.Categories = organisation, categories }
	}
	all := views{appeal(31, in("adm", "7 ям", "1")), appeal(32, in("adm", "7 ям")), appeal(12, in("far", "8")), appeal(12, in("far")), appeal(12, in(""))}
	for name, c := range map[string]struct {
		by   []Dimension
		want []Group
		each []int
	}{
		"by nothing":      {nil, []Group{{}}, []int{5}},
		"by organisation": {[]Dimension{ByOrganisation}, []Group{{}, {Organisation: "adm"}, {Organisation: "far"}}, []int{1, 2, 2}},
		"by category":     {[]Dimension{ByCategory}, []Group{{}, {Category: "7 ям"}, {Category: "8"}}, []int{2, 2, 1}},
		"by month":        {[]Dimension{ByMonth}, []Group{{Month: "2026-01"}, {Month: "2026-02"}}, []int{4, 1}},
		"by all": {[]Dimension{ByMonth, ByCategory, ByOrganisation}, []Group{
			{Month: "2026-01"}, {Organisation: "adm", Category: "7 ям", Month: "2026-01"}, {Organisation: "adm", Category: "7 ям", Month: "2026-02"},
			{Organisation: "far", Month: "2026-01"}, {Organisation: "far", Category: "8", Month: "2026-01"},
		}, []int{1, 1, 1, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			got := count(t, Question{By: c.by}, all)
			var groups []Group
			var each []int
			for _, l := range got.Lines {
				groups, each = append(groups, l.Group), append(each, l.Received)
			}
			if diff := cmp.Diff(c.want, groups) + cmp.Diff(c.each, each); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
			if got.Total.Received != len(all) {
				t.Errorf("total %d", got.Total.Received)
			}
		})
	}
}

// TestPeriod: the days of the period are the organisation's own.
func TestPeriod(t *testing.T) {
	received := func(organisation, at string) *journal.View {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		return appeal(1, func(v *journal.View, r *deadline.Record) {
			v.Organisation, r.Received = organisation, deadline.At(when)
		})
	}
	q := Question{From: jan(12), To: jan(13)}
	for _, c := range []struct {
		organisation, at string
		in               bool
	}{
		{"adm", "2026-01-11T20:59:59Z", false}, {"adm", "2026-01-11T21:00:00Z", true},
		{"adm", "2026-01-13T20:59:59Z", true}, {"adm", "2026-01-13T21:00:00Z", false},
		{"far", "2026-01-11T11:59:59Z", false}, {"far", "2026-01-11T12:00:00Z", true},
		{"far", "2026-01-13T11:59:59Z", true}, {"far", "2026-01-13T12:00:00Z", false},
		{"gone", "2026-01-11T23:59:59Z", false}, {"gone", "2026-01-12T00:00:00Z", true},
	} {
		if got := count(t, q, views{received(c.organisation, c.at)}).Total.Received == 1; got != c.in {
			t.Errorf("%s of %s is in the period: %v", c.at, c.organisation, got)
		}
	}
	if got := count(t, Question{From: jan(12)}, views{received("adm", "2030-01-01T00:00:00Z")}).Total.Received; got != 1 {
		t.Error("a period without an end has one")
	}
}

func TestNames(t *testing.T) {
	a := &sdk.Appeal{Category: sdk.Term{ID: "1", Name: "Дороги"}, Subcategory: sdk.Term{ID: "7", Name: "Ямы"}}
	for id, want := range map[string]string{"1": "Дороги", "7": "Дороги / Ямы", "9": ""} {
		if got := NameOf(id, a); got != want {
			t.Errorf("%s is %q", id, got)
		}
	}
	tally := NewTally(Question{By: []Dimension{ByCategory}, Now: now, Practice: practices(t)})
	tally.Add(appeal(12, func(_ *journal.View, r *deadline.Record) { r.Categories = []string{"7", "1"} }))
	if diff := cmp.Diff(map[string]string{"7": "a-12"}, tally.Samples()); diff != "" {
		t.Error(diff)
	}
	if got := tally.Report(map[string]string{"7": "Ямы"}).Lines[0].CategoryName; got != "Ямы" {
		t.Errorf("the line's name is %q", got)
	}
}

// BenchmarkTally counts appeals; what it holds does not grow with them.
func BenchmarkTally(b *testing.B) {
	tally := NewTally(Question{By: Dimensions(), Now: now, Practice: practices(b)})
	v := appeal(12, func(v *journal.View, r *deadline.Record) { answered(20)(v, r); r.Categories = []string{"7", "1"} })
	b.ReportAllocs()
	for b.Loop() {
		tally.Add(v)
	}
}
