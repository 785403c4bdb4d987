package api

import (
	"context"
	"io"
	"net/http"
	"sync"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

type closer struct{}

func (closer) Close() error { return nil }

// edms is a connector of the tests' own: it takes appeals, can be asked whether
// it is there, and takes pushes of status changes.
type edms struct {
	closer
	mu     sync.Mutex
	failed error // what Check and Accept answer
}

func (e *edms) fail(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failed = err
}

func (e *edms) failure() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.failed
}

func (e *edms) DeliverAppeal(context.Context, sdk.Appeal) (sdk.Receipt, error) {
	return sdk.Receipt{}, e.failure()
}

func (e *edms) OpenAttachment(context.Context, sdk.Attachment) (io.ReadCloser, error) {
	return nil, e.failure()
}

func (e *edms) Check(context.Context) error { return e.failure() }

// Accept takes a body of one line, the code of a status of record 17.
func (e *edms) Accept(r *http.Request) (sdk.Inbound, error) {
	if err := e.failure(); err != nil {
		return sdk.Inbound{}, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return sdk.Inbound{}, err
	}
	in := sdk.Inbound{Reply: sdk.Reply{Status: 202, Type: "text/plain", Body: []byte("taken")}}
	if len(body) == 0 {
		in.Rejected = []sdk.Raw{{Body: []byte("<html>\xff"), Reason: "is no line"}}
		return in, nil
	}
	in.Statuses = []sdk.StatusChange{{
		ID: string(body), Ref: sdk.Ref{Link: "rx", ID: "17"}, External: sdk.External{Code: string(body)},
		Attachments: []sdk.Attachment{{ID: "answer", Name: "Ответ.pdf", MediaType: "application/pdf"}},
	}}
	return in, nil
}

// planner sends every appeal to rx but those of nobody, which it parks; a
// change's files are fetched. It counts the term of the answer alone.
type planner struct {
	practice func(organisation string) *deadline.Practice
}

func (p0 planner) Plan(s journal.State, in journal.Input) journal.Plan {
	p := journal.Plan{View: s.View}
	switch {
	case in.Clock != nil:
		p0.count(&p, s.View.Kind, true)
	case in.Appeal != nil:
		p.View.Organisation, p.View.Status, p.View.StatusAt = in.Appeal.Organisation, sdk.StatusReceived, in.At
		if in.Appeal.Organisation == "" {
			p.View.Parked, p.Reason = journal.ReasonNoOrganisation, journal.ReasonNoOrganisation
			return p
		}
		p.View.Parked, p.View.Targets, p.View.Lead = "", []string{"rx"}, "rx"
		p.Steps = []journal.Step{{Link: "rx", Verb: journal.VerbAppeal}}
		r := deadline.Record{Facts: deadline.Facts{Received: deadline.At(in.At), Registered: deadline.At(in.At)}}
		if !in.Appeal.RegisteredAt.IsZero() {
			r.Received, r.Registered = deadline.At(in.Appeal.RegisteredAt), deadline.At(in.Appeal.RegisteredAt)
		}
		p.View.Terms = r.String()
		p0.count(&p, in.Appeal.Kind, false)
	case in.Change != nil:
		p.View.Status = sdk.StatusInWork
		for _, f := range in.Change.Attachments {
			p.Steps = append(p.Steps, journal.Step{Link: in.Link, Verb: journal.VerbFetch, Attachment: f.ID})
		}
	}
	return p
}

// count counts the terms of the answer and of its control and plans their rows, and
// the news of a move.
func (p0 planner) count(p *journal.Plan, kind sdk.AppealKind, tell bool) {
	r, err := deadline.ParseRecord(p.View.Terms)
	if err != nil {
		panic(err)
	}
	practice := p0.practice(p.View.Organisation)
	terms := practice.Terms(&r, kind)
	answer, _ := terms.Find(deadline.Answer)
	watched := deadline.Terms{Terms: []deadline.Term{answer}}
	if control, ok := terms.Find(deadline.Control); ok {
		watched.Terms = append(watched.Terms, control)
	}
	before := r.Watched
	r.Watched, _ = practice.Watch(before, &watched, false)
	if tell {
		for _, n := range deadline.Moved(before, r.Watched) {
			p.Notices = append(p.Notices, journal.Notice{News: n.Kind, Term: string(n.Term), Due: n.Due, Was: n.Was, Dropped: n.Dropped})
		}
	}
	p.View.Terms, p.View.Due = r.String(), answer.Due
	for i := range r.Watched {
		w := &r.Watched[i]
		p.Deadlines = append(p.Deadlines, journal.Deadline{Organisation: p.View.Organisation, Term: string(w.Term), Due: w.Due, Open: w.Open, Near: w.Near, Wake: w.Wake(practice), Provisional: w.Provisional})
	}
}
