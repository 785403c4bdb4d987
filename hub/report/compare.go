package report

import "github.com/appealhub/appealhub/sdk"

// compare returns what a row and an appeal say differently. What is blank in the
// row is not compared, but for the day on which the work ended where both sides say
// that it has. Dates of an end, decisions and «Просрочено» are compared of work that
// both sides have ended; a decision to postpone is none of those.
func (l *Ledger) compare(k *kept, s *standing) (out []Field) {
	final := s.Status.Final()
	add := func(name string, differs bool, export, hub string) {
		if differs {
			out = append(out, Field{Name: name, Export: export, Hub: hub})
		}
	}
	dates := func(name string, export packed, hub sdk.Date) {
		add(name, export.date() != hub, export.date().String(), hub.String())
	}
	if k.received != 0 {
		dates("received", k.received, s.received)
	}
	if k.due != 0 {
		dates("due", k.due, s.Due)
	}
	stage, status, decision := &l.words.all[k.stage], &l.words.all[k.status], &l.words.all[k.decision]
	ended := stage.known && stage.ends || !stage.known && k.finished != 0
	if ended && final {
		dates("finished", k.finished, s.finished())
		add("decision", decision.known && !decision.fits(s), decision.text, s.outcome())
		late := flagOf(s.Due.Before(s.finished()))
		add("overdue", k.overdue != 0 && !s.Due.IsZero() && k.due == pack(s.Due) && k.finished == pack(s.finished()) && k.overdue.flag() != late, string(k.overdue.flag()), string(late))
	}
	add("stage", stage.known && stage.ends != final, stage.text, string(s.Status))
	add("status", status.known && status.ends != final, status.text, string(s.Status))
	add("fast_track", k.fast != 0 && k.fast.flag() != flagOf(s.FastTrack), string(k.fast.flag()), string(flagOf(s.FastTrack)))
	return out
}

// outcome is the status in words, with the outcome of an answer.
func (s *standing) outcome() string {
	if s.Outcome != "" {
		return string(s.Status) + ", " + string(s.Outcome)
	}
	return string(s.Status)
}
