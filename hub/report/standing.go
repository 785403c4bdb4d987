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
	terms := p.Terms(&s.record, v.Kind)
	s.judge(&terms, now)
	if first := &s.record.First; !first.IsZero() {
		s.answered = true
		s.days = max(0, int(first.In(p.Zone).In(time.UTC).Sub(s.received.In(time.UTC)).Hours()/24))
	}
	return s
}

func (s *standing) reworked() bool { return !s.record.ReworkRequested.IsZero() }

// judge finds the verdicts. That on the first answer is on record. The portal's own
// date, where it does not lie before a request for repeated consideration, is that
// of the answer to the request.
func (s *standing) judge(terms *deadline.Terms, now time.Time) {
	answer, known := terms.Find(deadline.Answer)
	again, hasRework := terms.Find(deadline.Rework)
	moved := known && s.reworked() && answer.From.Event == deadline.AnswerAt && !answer.From.Date.Before(s.record.ReworkRequested.In(s.zone))
	if moved && (!hasRework || again.Due.Before(answer.Due)) {
		again, hasRework = answer, true
	}
	if s.reworked() && hasRework {
		s.rework = s.verdict(&again, now)
	}
	switch {
	case s.record.FirstLate:
		s.answer = overdue
	case !s.record.First.IsZero():
		s.answer = inTime
	case known && !moved:
		s.answer = s.verdict(&answer, now)
	}
}

// verdict is how a term stands at a time.
func (s *standing) verdict(t *deadline.Term, now time.Time) verdict {
	ended := !t.Ended.Date.IsZero()
	switch {
	case t.Late, !ended && !s.Status.Final() && past(t, sdk.DateOf(now.In(s.zone)), now):
		return overdue
	case ended && t.Ended.Event == deadline.Answered:
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
	for _, m := range []*deadline.Moment{&s.record.Answered, &s.record.Forwarded, &s.record.Returned, &s.record.LeftUnanswered} {
		if !m.IsZero() {
			return m.In(s.zone)
		}
	}
	return sdk.Date{}
}
