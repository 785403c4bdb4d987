package report

import (
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// verdict is how a term stands.
type verdict int

const (
	undecided verdict = iota // not yet past, ended otherwise than by an answer, or not there
	inTime                   // answered no later than its last day
	overdue                  // past and still open, or ended late
)

// standing is how one appeal stands, in dates of its organisation's zone.
type standing struct {
	*journal.View
	record   deadline.Record
	zone     *time.Location
	received sdk.Date
	answered bool    // an answer was given, be it before a repeated consideration
	answer   verdict // of the first answer
	rework   verdict // of the answer to the last request for repeated consideration
	days     int     // from receipt to the first answer; -1: that is not known
}

// stand reads how an appeal stands at a time. Of an appeal without a record of
// its terms, or with one that can't be read, what the view's columns know stands.
func stand(v *journal.View, p *deadline.Practice, now time.Time) standing {
	record, err := deadline.ParseRecord(v.Terms)
	if err != nil || v.Terms == "" {
		record = deadline.Record{}
		if !v.Due.IsZero() {
			record.AnswerAt = deadline.On(v.Due)
		}
	}
	if record.Received.IsZero() {
		record.Received = deadline.At(v.ReceivedAt)
	}
	s := standing{View: v, record: record, zone: p.Zone, received: record.Received.In(p.Zone), days: -1}
	s.answered = !record.Answered.IsZero() || s.reworked() && record.Forwarded.IsZero() && record.Returned.IsZero()
	terms := p.Terms(&s.record, v.Kind)
	s.judge(&terms, now)
	if !record.Answered.IsZero() && !s.answeredAgain() {
		s.days = max(0, int(record.Answered.In(p.Zone).In(time.UTC).Sub(s.received.In(time.UTC)).Hours()/24))
	}
	return s
}

func (s *standing) reworked() bool { return !s.record.ReworkRequested.IsZero() }

// answeredAgain reports whether the answer on record is that of the repeated
// consideration: the moment of the first one is not kept then.
func (s *standing) answeredAgain() bool {
	asked, given := &s.record.ReworkRequested, &s.record.Answered
	if asked.IsZero() || given.IsZero() {
		return false
	}
	if !asked.At.IsZero() && !given.At.IsZero() {
		return asked.At.Before(given.At)
	}
	return asked.In(s.zone).Before(given.In(s.zone))
}

// judge finds the verdicts. The portal's own date, where it does not lie before a
// request for repeated consideration, is the date of the answer to that; the first
// answer, given before the request, was in time then.
func (s *standing) judge(terms *deadline.Terms, now time.Time) {
	answer, known := terms.Find(deadline.Answer)
	if !s.reworked() {
		if known {
			s.answer = s.early(&answer, s.verdict(&answer, now))
		}
		return
	}
	again, hasRework := terms.Find(deadline.Rework)
	moved := known && answer.From.Event == deadline.AnswerAt && !answer.From.Date.Before(s.record.ReworkRequested.In(s.zone))
	if moved && (!hasRework || again.Due.Before(answer.Due)) {
		again, hasRework = answer, true
	}
	if hasRework {
		s.rework = s.verdict(&again, now)
	}
	switch {
	case moved && s.answered:
		s.answer = inTime
	case known && !moved:
		s.answer = s.first(&answer, now)
	}
}

// early is the verdict v, but for an answer that is older, by what is written, than
// the start of its term: it did not end the term, and was in time all the same.
func (s *standing) early(t *deadline.Term, v verdict) verdict {
	if v == undecided && t.Ended.Date.IsZero() && s.answered && s.Status.Final() {
		return inTime
	}
	return v
}

// first is the verdict on the first answer of an appeal that was reworked. Where
// the request alone is known to have come after it, and came late, the mark tells
// whether the term had passed unanswered.
func (s *standing) first(t *deadline.Term, now time.Time) verdict {
	if t.Ended.Event != deadline.ReworkRequested || !s.answered {
		return s.verdict(t, now)
	}
	for _, w := range s.record.Watched {
		if w.Term == t.Term && t.Late && w.Passed {
			return overdue
		}
	}
	return inTime
}

// verdict is how a term stands at a time.
func (s *standing) verdict(t *deadline.Term, now time.Time) verdict {
	ended := !t.Ended.Date.IsZero()
	switch {
	case t.Late, !ended && !s.Status.Final() && past(t, sdk.DateOf(now.In(s.zone)), now):
		return overdue
	case ended && s.answered:
		return inTime
	}
	return undecided
}

func past(t *deadline.Term, today sdk.Date, now time.Time) bool {
	if !t.DueAt.IsZero() {
		return t.DueAt.Before(now)
	}
	return t.Due.Before(today)
}

// finished is the local date on which the work ended; zero while it goes on, and
// where that date is not known.
func (s *standing) finished() sdk.Date {
	if !s.Status.Final() {
		return sdk.Date{}
	}
	for _, m := range []*deadline.Moment{&s.record.Answered, &s.record.Forwarded, &s.record.Returned} {
		if !m.IsZero() {
			return m.In(s.zone)
		}
	}
	return sdk.Date{}
}
