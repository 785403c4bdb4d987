package hub

import (
	"slices"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/status"
	"github.com/appealhub/appealhub/sdk"
)

// terms is the work on an appeal's terms: what is known of them before the event,
// and after it.
type terms struct {
	read   bool
	broken bool // what is kept can't be read: it stays as it is
	before deadline.Record
	now    deadline.Record
}

// record reads what is kept of the appeal's terms, once, and returns it to be
// changed. Of one that was planned by a version without them, what the view knows
// stands.
func (d *draft) record() *deadline.Record {
	if d.terms.read {
		return &d.terms.now
	}
	v := &d.before.View
	record, err := deadline.ParseRecord(v.Terms)
	if d.terms.broken = err != nil; d.terms.broken && d.report != nil {
		d.report(err)
	}
	if v.Terms == "" && d.before.Known() {
		record = recordOf(v)
	}
	d.terms.read, d.terms.before, d.terms.now = true, record, record
	d.terms.now.Extensions = slices.Clone(record.Extensions)
	d.terms.now.Watched = slices.Clone(record.Watched)
	return &d.terms.now
}

// recordOf is what the view tells of the terms of an appeal that has no record.
func recordOf(v *journal.View) (r deadline.Record) {
	r.Received = deadline.At(v.ReceivedAt)
	if !v.Due.IsZero() {
		r.AnswerAt = deadline.On(v.Due)
	}
	ended := deadline.At(v.StatusAt)
	switch v.Status {
	case sdk.StatusAnswered, sdk.StatusClosed:
		r.Answered, r.First = ended, ended
	case sdk.StatusForwarded:
		r.Forwarded = ended
	case sdk.StatusRefused, sdk.StatusLeftUnanswered:
		r.LeftUnanswered, r.Refused = ended, true
	}
	return r
}

// momentOf is when something happened. Midnight in a time's own zone is a bare
// date, but for UTC's: that is doubtful, and told as such.
func momentOf(t time.Time) deadline.Moment {
	_, offset := t.Zone()
	if h, m, s := t.Clock(); !t.IsZero() && offset != 0 && h == 0 && m == 0 && s == 0 && t.Nanosecond() == 0 {
		return deadline.On(sdk.DateOf(t))
	}
	return deadline.At(t)
}

// appealTerms takes up what the source tells of an appeal's terms. Its own date
// of the answer is authoritative: a new one replaces what stood, an extension by
// the EDMS too.
func (d *draft) appealTerms(a *sdk.Appeal, first bool) {
	r := d.record()
	if first {
		r.Received = deadline.At(d.in.At)
	}
	if !a.ReceivedAt.IsZero() {
		r.Received = momentOf(a.ReceivedAt)
	}
	if !a.RegisteredAt.IsZero() {
		r.Registered = momentOf(a.RegisteredAt)
	}
	if !a.AnswerBy.IsZero() && a.AnswerBy != r.AnswerAt.Date {
		r.AnswerAt, r.Extensions, r.ExtensionNotified = deadline.On(a.AnswerBy), nil, deadline.Moment{}
	}
	r.Categories = slices.DeleteFunc([]string{a.Subcategory.ID, a.Category.ID, a.Classifier}, func(s string) bool { return s == "" })
	if a.Rating.Value > 0 {
		r.Rating = a.Rating.Value
	}
	anew := d.view.Rework > max(d.before.View.Rework, r.Reworks) // of one that was taken up without a mark the mark is no news
	if d.view.Status == sdk.StatusRework && (d.before.View.Status != sdk.StatusRework || anew) {
		at := a.Rework.At
		if at.IsZero() {
			at = d.in.At
		}
		d.reworked(momentOf(at))
	}
}

// changeTerms takes up what a change that was applied tells of the terms. The
// EDMS extends (59-ФЗ art. 12 p. 2) and never shortens: an earlier date of its
// own is an internal control date. The source's date is the portal's own term.
func (d *draft) changeTerms(c *sdk.StatusChange) {
	r := d.record()
	at := momentOf(status.At(*c, d.in.At))
	fromSource := d.in.Link == d.source()
	switch {
	case c.AnswerBy.IsZero() || d.view.Status.Final():
	case fromSource && c.AnswerBy == r.AnswerAt.Date: // it says it again
	case fromSource:
		r.AnswerAt, r.Extensions, r.ExtensionNotified = deadline.On(c.AnswerBy), nil, deadline.Moment{}
	default:
		d.extended(c.AnswerBy, at)
	}
	if c.Rating.Value > 0 {
		r.Rating = c.Rating.Value
	}
	if !c.PostponedTo.IsZero() {
		r.Promised = deadline.On(c.PostponedTo)
	}
	if c.Status != "" {
		d.statusTerms(c, at)
	}
}

// extended takes up a date of the EDMS's that is later than the term of the answer.
// It says it again with every state of the document: once is enough, be it that the
// portal has set another date since. The law knows no extension of repeated
// consideration.
func (d *draft) extended(until sdk.Date, at deadline.Moment) {
	r := d.record()
	if until == r.LastUntil || !r.ReworkRequested.IsZero() {
		return
	}
	r.LastUntil = until
	all := d.orgs.practice(d.view.Organisation).Terms(r, d.kind())
	if answer, ok := all.Find(deadline.Answer); ok && answer.BaseDue.Before(until) {
		r.Extensions = append(r.Extensions, deadline.Extension{On: at, Until: until})
		r.ExtendedIn = d.sequence()
	}
}

// statusTerms takes up a status. An answer that is taken back was never given; the
// first one stands once repeated consideration was asked for.
func (d *draft) statusTerms(c *sdk.StatusChange, at deadline.Moment) {
	r := d.record()
	was := d.before.View.Status
	if was.Final() && !c.Status.Final() && c.Status != sdk.StatusRework { // it is open again
		for _, m := range []*deadline.Moment{&r.Answered, &r.Forwarded, &r.Returned, &r.LeftUnanswered, &r.Notified} {
			*m = deadline.Moment{}
		}
		if r.ReworkRequested.IsZero() {
			r.First, r.FirstLate = deadline.Moment{}, false
		}
	}
	switch c.Status {
	case sdk.StatusRegistered:
		d.registered(at, true)
	case sdk.StatusInWork:
		d.registered(at, false)
	case sdk.StatusPostponed:
		r.Interim++
		d.registered(at, false)
	case sdk.StatusForwarded:
		if was != c.Status {
			r.Forwarded, r.EndedIn = at, d.sequence()
		}
	case sdk.StatusAnswered:
		d.registered(at, false)
		r.LeftUnanswered = deadline.Moment{}
		if was != sdk.StatusAnswered {
			r.Answered = at
			set(&r.First, at)
		}
	case sdk.StatusRefused, sdk.StatusLeftUnanswered:
		r.Refused = true
		if was != c.Status {
			r.LeftUnanswered, r.EndedIn = at, d.sequence()
		}
	case sdk.StatusRework:
		if was != sdk.StatusRework {
			d.reworked(at)
		}
	}
}

// sequence is that of the event that is planned for.
func (d *draft) sequence() int64 { return d.before.View.Events + 1 }

func set(m *deadline.Moment, at deadline.Moment) {
	if m.IsZero() {
		*m = at
	}
}

// registered takes up the registration of an appeal that was not answered yet. A
// later status shows one too, if it comes within the term of the registration;
// after that it stays unknown, and the terms run from the receipt.
func (d *draft) registered(at deadline.Moment, said bool) {
	r := d.record()
	p := d.orgs.practice(d.view.Organisation)
	if !r.Registered.IsZero() || !r.Answered.IsZero() || !r.ReworkRequested.IsZero() {
		return
	}
	if !said {
		all := p.Terms(r, d.kind())
		term, ok := all.Find(deadline.Registration)
		if !ok || term.Due.Before(at.In(p.Zone)) {
			return
		}
	}
	r.Registered = at
}

// reworked takes up a request for repeated consideration. How the work had ended
// before the first one stays on record.
func (d *draft) reworked(at deadline.Moment) {
	r := d.record()
	if r.ReworkRequested.IsZero() {
		r.ClosedBy = map[sdk.Status]deadline.Event{
			sdk.StatusForwarded: deadline.Forwarded, sdk.StatusRefused: deadline.LeftUnanswered, sdk.StatusLeftUnanswered: deadline.LeftUnanswered,
		}[d.before.View.Status]
		if m := r.Moment(r.ClosedBy); m != nil {
			r.Closed = *m
		}
	}
	r.ReworkRequested = at
	r.Reworks++
}

// rounds is how many times repeated consideration was asked for, with a mark of
// the source's or without.
func rounds(v *journal.View) int {
	record, err := deadline.ParseRecord(v.Terms)
	if err != nil {
		return v.Rework
	}
	return record.Reworks
}

// kind is the appeal's kind, as it is after the event.
func (d *draft) kind() sdk.AppealKind {
	if d.in.Appeal != nil {
		return d.in.Appeal.Kind
	}
	return d.view.Kind
}

// told takes up what the source was told of: the portal tells the applicant of each
// stage by itself.
func (d *draft) told(done *journal.Delivery) {
	if done.Verb != journal.VerbStatus || done.Link != d.source() {
		return
	}
	r := d.record()
	ended := !r.Forwarded.IsZero() || !r.Returned.IsZero() || !r.LeftUnanswered.IsZero()
	if ended && d.in.Told >= r.EndedIn {
		set(&r.Notified, deadline.At(d.in.At))
	}
	if len(r.Extensions) > 0 && d.in.Told >= r.ExtendedIn {
		set(&r.ExtensionNotified, deadline.At(d.in.At))
	}
}

// settleTerms counts the terms if anything that they depend on has changed, and
// plans what follows: the date by which an answer is due, the deadlines, the news.
func (d *draft) settleTerms() {
	closed := d.view.Status == sdk.StatusClosed && d.before.View.Status != sdk.StatusClosed
	other := closed || d.view.Organisation != d.before.View.Organisation || d.kind() != d.before.View.Kind
	if !d.terms.read && !other && d.in.Clock == nil {
		return
	}
	r := d.record()
	if d.terms.broken {
		return
	}
	p := d.orgs.practice(d.view.Organisation)
	if d.in.Clock != nil && d.in.Clock.Noted != nil {
		d.noted(p, d.in.Clock.Noted)
	}
	switch {
	case d.in.Clock != nil && !d.in.Clock.Recompute && d.in.Clock.Noted == nil:
		d.news(p.Tell(r, d.in.At))
	case d.in.Clock != nil, other, d.view.Status.Final() != d.before.View.Status.Final(), r.String() != d.before.View.Terms:
		d.count(p)
	default:
		return
	}
	d.view.Terms = r.String()
	d.rows(p)
}

// noted takes up what an official did. What does not fit what is known by now
// changes nothing: whoever told of it saw an older state.
func (d *draft) noted(p *deadline.Practice, n *journal.Noted) {
	r := d.record()
	if n.Category != "" {
		r.NoteGround(n.Category)
	}
	_ = r.Note(deadline.Event(n.Event), deadline.Moment{At: n.At, Date: n.Date}, p.Zone)
}

// count counts the terms anew.
func (d *draft) count(p *deadline.Practice) {
	r := d.record()
	all := p.Terms(r, d.kind())
	before := r.Watched
	watched, news := p.Watch(before, &all, d.view.Status == sdk.StatusClosed)
	r.Watched = watched
	if d.in.Clock != nil && d.in.Clock.Recompute && d.before.View.Terms != "" {
		news = append(news, deadline.Moved(before, watched)...)
	}
	d.view.Due = d.dueOf(&all)
	if d.terms.before.First.IsZero() && !r.First.IsZero() {
		answer, _ := all.Find(deadline.Answer)
		r.FirstLate = answer.Late
	}
	d.news(news)
}

// dueOf is the date by which an answer is due: to the last request for repeated
// consideration, where there is one; zero where no rule gives that a term.
func (d *draft) dueOf(all *deadline.Terms) sdk.Date {
	answer, known := all.Find(deadline.Answer)
	rework, again := all.Find(deadline.Rework)
	switch {
	case again && (!known || answer.Due.Before(rework.Due)):
		return rework.Due
	case known && (answer.Ended.Date.IsZero() || d.view.Status.Final()):
		return answer.Due
	}
	return sdk.Date{}
}

// news plans the events that tell of it, and who is told.
func (d *draft) news(all []deadline.News) {
	for _, n := range all {
		notice := journal.Notice{News: n.Kind, Term: string(n.Term), Due: n.Due, DueAt: n.DueAt, Was: n.Was, Dropped: n.Dropped, Provisional: n.Provisional, Links: d.listeners()}
		if n.Kind == sdk.DeadlineNear {
			notice.Ahead = n.Ahead.String()
		}
		d.notices = append(d.notices, notice)
	}
}

// listeners are the links that are told of terms: those that hold the appeal, and
// those that do nothing else and are not another organisation's.
func (d *draft) listeners() (out []string) {
	for name, can := range d.links {
		if !can.DeadlineSink {
			continue
		}
		holds := name == d.source() || slices.Contains(d.view.Targets, name)
		org := d.orgs.byLink[name]
		if holds || can.ListensOnly() && (org == "" || org == d.view.Organisation) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// rows plans the rows of the deadlines that have changed; where time is asked for
// all, for the practice may tell at other distances than before.
func (d *draft) rows(p *deadline.Practice) {
	moved := d.view.Organisation != d.before.View.Organisation || d.in.Clock != nil
	for i := range d.terms.now.Watched {
		w := &d.terms.now.Watched[i]
		if !moved && slices.Contains(d.terms.before.Watched, *w) {
			continue
		}
		d.deadlines = append(d.deadlines, journal.Deadline{
			Appeal: d.view.ID, Organisation: d.view.Organisation, Term: string(w.Term), Due: w.Due, DueAt: w.DueAt,
			Open: w.Open, Near: w.Near, Passed: w.Passed, Wake: w.Wake(p), Provisional: w.Provisional,
		})
	}
}
