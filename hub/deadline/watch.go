package deadline

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// Distance is how long before its end a term is near: days, or hours for terms
// that are counted in hours.
type Distance struct{ Days, Hours int }

// ParseDistance reads 3d or 4h.
func ParseDistance(text string) (Distance, error) {
	number, days := strings.CutSuffix(text, "d")
	number, hours := strings.CutSuffix(number, "h")
	n, err := strconv.Atoi(number)
	if err != nil || days == hours || n < 1 || n > 366*24 {
		return Distance{}, fmt.Errorf("%q is no distance: write 3d for days, or 4h for terms in hours", text)
	}
	if days {
		return Distance{Days: n}, nil
	}
	return Distance{Hours: n}, nil
}

// String is the distance as ParseDistance reads it.
func (d Distance) String() string {
	if d.Days > 0 {
		return strconv.Itoa(d.Days) + "d"
	}
	return strconv.Itoa(d.Hours) + "h"
}

// Watched is a term that binds, and what was told of it.
type Watched struct {
	Term   TermID
	Due    sdk.Date
	DueAt  time.Time // of a term in hours
	Open   bool      // false: met or moot
	Near   time.Time // distances that begin later are still to be told; zero: all
	Passed bool      // told for this Due

	Provisional bool // Due rests on a calendar that may still change
}

// begin is when the term is nearer than d; false where d does not apply to it.
func (w *Watched) begin(d Distance, zone *time.Location) (time.Time, bool) {
	switch {
	case !w.DueAt.IsZero():
		return w.DueAt.Add(-time.Duration(24*d.Days+d.Hours) * time.Hour), true
	case d.Days == 0:
		return time.Time{}, false
	}
	return w.Due.AddDays(-d.Days).In(zone), true
}

// End is the first moment at which the term has passed.
func (w *Watched) End(zone *time.Location) time.Time {
	if !w.DueAt.IsZero() {
		return w.DueAt
	}
	return w.Due.AddDays(1).In(zone)
}

// Wake is when there is something to tell of the term next; zero: never.
func (w *Watched) Wake(p *Practice) time.Time {
	if !w.Open || w.Passed {
		return time.Time{}
	}
	next := w.End(p.Zone)
	for _, d := range p.Near {
		if at, ok := w.begin(d, p.Zone); ok && at.After(w.Near) && at.Before(next) {
			next = at
		}
	}
	return next
}

// News is what happened to a term.
type News struct {
	Kind    sdk.DeadlineNews
	Term    TermID
	Due     sdk.Date
	DueAt   time.Time
	Was     sdk.Date // the last day before it moved; zero: it was not watched
	Dropped bool     // moved out or withdrawn: it does not run, and Due is the last day as it was
	Ahead   Distance // for near

	Provisional bool // Due rests on a calendar that may still change
}

// Tell marks what is to be told at a time, and returns it: of the distances that
// were missed only the nearest, and that the term has passed.
func (w *Watched) Tell(p *Practice, at time.Time) []News {
	if !w.Open || w.Passed {
		return nil
	}
	var out []News
	var near Distance
	begun := w.Near
	for _, d := range p.Near {
		if begin, ok := w.begin(d, p.Zone); ok && begin.After(begun) && !at.Before(begin) {
			near, begun = d, begin
		}
	}
	if near != (Distance{}) {
		w.Near = begun
		news := w.news(sdk.DeadlineNear)
		news.Ahead = near
		out = append(out, news)
	}
	if !at.Before(w.End(p.Zone)) {
		w.Passed = true
		out = append(out, w.news(sdk.DeadlinePassed))
	}
	return out
}

func (w *Watched) news(kind sdk.DeadlineNews) News {
	return News{Kind: kind, Term: w.Term, Due: w.Due, DueAt: w.DueAt, Provisional: w.Provisional}
}

// Watch is what is to be watched of terms, with the marks of what was told, and
// what is taken back: that a term has passed which ends later after all, was met in
// time, or does not run. A distance that would begin before the term does is not told.
// Closed: nothing of the appeal is waited for any more.
func (p *Practice) Watch(before []Watched, terms *Terms, closed bool) (now []Watched, news []News) {
	for i := range terms.Terms {
		t := &terms.Terms[i]
		if t.OnlyIf != "" {
			continue
		}
		w := Watched{Term: t.Term, Due: t.Due, DueAt: t.DueAt, Open: !closed && t.Ended.Date.IsZero(), Near: t.begun(p.Zone), Provisional: t.Provisional}
		if old := find(before, t.Term); old != nil {
			if took := w.follow(old, t); took != (News{}) {
				news = append(news, took)
			}
		}
		now = append(now, w)
	}
	for _, old := range before { // what runs no more keeps its row
		if find(now, old.Term) == nil {
			if old.Passed {
				took := old.news(sdk.DeadlineWithdrawn)
				took.Was, took.Dropped = old.Due, true
				news = append(news, took)
			}
			old.Open, old.Passed = false, false
			now = append(now, old)
		}
	}
	return now, news
}

// begun is when the term began, if it runs on from an event.
func (t *Term) begun(zone *time.Location) time.Time {
	switch {
	case !t.From.At.IsZero():
		return t.From.At
	case t.Days <= 0:
		return time.Time{}
	}
	return t.From.Date.In(zone)
}

// follow takes the marks over while the term ends when it did.
func (w *Watched) follow(old *Watched, t *Term) (withdrawn News) {
	metInTime := !t.Ended.Date.IsZero() && !t.Late
	if w.Same(old) {
		w.Near, w.Passed = old.Near, old.Passed && !metInTime
	}
	later := old.Due.Before(w.Due) || w.DueAt.After(old.DueAt)
	if old.Passed && (metInTime || later && t.Ended.Date.IsZero()) {
		withdrawn = w.news(sdk.DeadlineWithdrawn)
		withdrawn.Was = old.Due
	}
	return withdrawn
}

// Moved tells of the open terms that end on another day than before, of those that
// are open only now and of those that are not any more.
func Moved(before, now []Watched) (out []News) {
	Compare(before, now, func(was, is *Watched) {
		switch {
		case was == nil:
			out = append(out, is.news(sdk.DeadlineMoved))
		case is == nil:
			news := was.news(sdk.DeadlineMoved)
			news.Dropped = true
			out = append(out, news)
		case !was.Same(is):
			news := is.news(sdk.DeadlineMoved)
			news.Was = was.Due
			out = append(out, news)
		}
	})
	return out
}

// Compare visits each term that is open before or now, or both; nil where it is not.
// now is what Watch made of before.
func Compare(before, now []Watched, visit func(was, is *Watched)) {
	for i := range now {
		was, is := find(before, now[i].Term), &now[i]
		if was != nil && !was.Open {
			was = nil
		}
		if !is.Open {
			is = nil
		}
		if was != nil || is != nil {
			visit(was, is)
		}
	}
}

// Same reports whether the terms end together.
func (w *Watched) Same(other *Watched) bool {
	return w.Due == other.Due && w.DueAt.Equal(other.DueAt)
}

// Provisional reports whether a term that ends on due rests on a calendar that may
// still change.
func (r *Record) Provisional(due sdk.Date) bool {
	return slices.ContainsFunc(r.Watched, func(w Watched) bool { return w.Due == due && w.Provisional })
}

func find(all []Watched, term TermID) *Watched {
	i := slices.IndexFunc(all, func(w Watched) bool { return w.Term == term })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// append writes the term behind a record's text.
func (w *Watched) append(b []byte) []byte {
	b = appendPair(b, string(w.Term), "due:"+w.Due.String())
	if !w.DueAt.IsZero() {
		b = strconv.AppendInt(append(b, ",at:"...), w.DueAt.UnixMicro(), 10)
	}
	if w.Open {
		b = append(b, ",open"...)
	}
	if !w.Near.IsZero() {
		b = strconv.AppendInt(append(b, ",near:"...), w.Near.UnixMicro(), 10)
	}
	if w.Passed {
		b = append(b, ",passed"...)
	}
	if w.Provisional {
		b = append(b, ",provisional"...)
	}
	return b
}

func (r *Record) setWatched(term, value string) error {
	w := Watched{Term: TermID(term)}
	if w.Term.index() < 0 {
		return fmt.Errorf("it is unknown")
	}
	for word := range strings.SplitSeq(value, ",") {
		key, value, _ := strings.Cut(word, ":")
		var err error
		switch key {
		case "due":
			w.Due, err = sdk.ParseDate(value)
		case "at":
			w.DueAt, err = parseMicros(value)
		case "near":
			w.Near, err = parseMicros(value)
		case "open":
			w.Open = true
		case "passed":
			w.Passed = true
		case "provisional":
			w.Provisional = true
		}
		if err != nil {
			return err
		}
	}
	r.Watched = append(r.Watched, w)
	return nil
}

func parseMicros(text string) (time.Time, error) {
	us, err := strconv.ParseInt(text, 10, 64)
	return time.UnixMicro(us).UTC(), err
}
