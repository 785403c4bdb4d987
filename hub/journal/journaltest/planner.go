package journaltest

import (
	"strconv"
	"strings"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// Planner is a small planner of the suite's own. An appeal goes to the links
// that its addressee's code names, the first of them the lead; without any it
// is parked. Files are fetched from where they were announced and given to the
// targets behind the appeal. The lead's changes go to the source, their files
// first. The term is near three days before its end.
type Planner struct{}

// Plan returns what the event leads to.
func (Planner) Plan(s journal.State, in journal.Input) journal.Plan {
	p := journal.Plan{View: s.View}
	switch {
	case in.Clock != nil:
		planClock(&p, in)
	case in.Appeal != nil:
		planAppeal(&p, s, in)
	case in.Change != nil:
		planChange(&p, s, in)
	case in.Done != nil:
		if in.Done.Verb == journal.VerbAppeal && in.Token != "" {
			p.Steps = []journal.Step{{Link: in.Done.Link, Verb: journal.VerbConfirm}}
		}
		if in.Told > 0 {
			p.View.Terms = toldMark + strconv.FormatInt(in.Told, 10)
		}
	}
	return p
}

// toldMark is what the view's terms tell of Input.Told.
const toldMark = "told "

func planAppeal(p *journal.Plan, s journal.State, in journal.Input) {
	v := &p.View
	if !s.Known() {
		v.Status, v.StatusAt = sdk.StatusReceived, in.At
	}
	files := in.Appeal.Attachments
	if in.Kind != journal.AppealRouted {
		fetch(p, s, in, files)
	}
	first := len(v.Targets) == 0
	if first {
		v.Targets = strings.Fields(in.Appeal.Addressee.Code)
		if in.Kind == journal.AppealRouted {
			v.Targets = []string{"rx"}
		}
		if len(v.Targets) == 0 || v.Targets[0] == "nowhere" {
			v.Targets, v.Parked, p.Reason = nil, journal.ReasonNoRoute, journal.ReasonNoRoute
			return
		}
		v.Organisation, v.Lead, v.Parked = "adm", v.Targets[0], journal.ReasonNone
	}
	if d := in.Appeal.AnswerBy; !d.IsZero() {
		if v.Terms == "passed" && v.Due.Before(d) {
			p.Notices = []journal.Notice{{News: sdk.DeadlineWithdrawn, Term: "answer", Due: d, Was: v.Due}}
		}
		v.Due, v.Terms = d, "planned"
		p.Deadlines = []journal.Deadline{{Appeal: v.ID, Organisation: "adm", Term: "answer", Due: d, Open: true, Wake: nearOf(d), Provisional: mayChange(d)}}
	}
	for _, to := range v.Targets {
		p.Steps = append(p.Steps, journal.Step{Link: to, Verb: journal.VerbAppeal})
		if first {
			attach(p, s, to, files)
		}
	}
}

func planChange(p *journal.Plan, s journal.State, in journal.Input) {
	v, c := &p.View, in.Change
	switch {
	case c.Unmapped():
		p.Reason = journal.ReasonUnmapped
		return
	case in.Link != v.Lead:
		p.Reason = journal.ReasonNotLead
		return
	case c.Status != "" && c.At.Before(v.StatusAt):
		p.Reason = journal.ReasonStale
		return
	case c.Status != "":
		v.Status, v.Outcome, v.StatusAt = c.Status, c.Outcome, c.At
	}
	if !v.Due.IsZero() && v.Status.Final() {
		v.Terms = ""
		p.Deadlines = []journal.Deadline{{Appeal: v.ID, Organisation: "adm", Term: "answer", Due: v.Due}}
	}
	fetch(p, s, in, c.Attachments)
	attach(p, s, v.Source.Link, c.Attachments)
	p.Steps = append(p.Steps, journal.Step{Link: v.Source.Link, Verb: journal.VerbStatus})
}

// mayChange is true of the years whose calendar may still change.
func mayChange(due sdk.Date) bool { return due.Year > 2026 }

func nearOf(due sdk.Date) time.Time { return due.AddDays(-3).In(time.UTC) }

func endOf(due sdk.Date) time.Time { return due.AddDays(1).In(time.UTC) }

// planClock tells that the term is near, and then that it has passed.
func planClock(p *journal.Plan, in journal.Input) {
	v := &p.View
	d := journal.Deadline{Appeal: v.ID, Organisation: "adm", Term: "answer", Due: v.Due, Open: true, Near: nearOf(v.Due), Provisional: mayChange(v.Due)}
	switch {
	case (v.Terms == "planned" || v.Terms == "near") && !in.At.Before(endOf(v.Due)):
		v.Terms, d.Passed = "passed", true
		p.Notices = []journal.Notice{{News: sdk.DeadlinePassed, Term: d.Term, Due: d.Due, Provisional: d.Provisional, Links: []string{"rx"}}}
	case v.Terms == "planned" && !in.At.Before(nearOf(v.Due)):
		v.Terms, d.Wake = "near", endOf(v.Due)
		p.Notices = []journal.Notice{{News: sdk.DeadlineNear, Term: d.Term, Due: d.Due, Provisional: d.Provisional, Ahead: "3d", Links: []string{"rx"}}}
	default:
		return
	}
	p.Deadlines = []journal.Deadline{d}
}

func fetch(p *journal.Plan, s journal.State, in journal.Input, files []sdk.Attachment) {
	for i := range files {
		if fileState(s, &files[i]) == journal.FilePending {
			p.Steps = append(p.Steps, journal.Step{Link: in.Link, Verb: journal.VerbFetch, Attachment: files[i].ID})
		}
	}
}

func attach(p *journal.Plan, s journal.State, to string, files []sdk.Attachment) {
	for i := range files {
		held := fileState(s, &files[i]) == journal.FilePending
		p.Steps = append(p.Steps, journal.Step{Link: to, Verb: journal.VerbAttachment, Attachment: files[i].ID, Held: held})
	}
}

func fileState(s journal.State, f *sdk.Attachment) journal.FileState {
	if state, known := s.Files[f.ID]; known {
		return state
	}
	return journal.AnnouncedState(f)
}
