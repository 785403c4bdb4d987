package journal

import (
	"strings"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// Deadline is a term of an appeal that binds, and what was told of it.
type Deadline struct {
	Appeal       string
	Organisation string
	Term         string    // id of the term: "answer"
	Due          sdk.Date  // local date of the organisation
	DueAt        time.Time // of a term in hours; zero: the whole of Due
	Open         bool      // false: met or moot
	Near         time.Time // distances that begin later are still to be told; zero: all
	Passed       bool      // told for this Due
	Wake         time.Time // when there is something to tell next; zero: never
	Provisional  bool      // it rests on a calendar that may still change
}

// DeadlineQuery filters open deadlines, earliest first.
type DeadlineQuery struct {
	Organisation string
	Term         string
	UpTo         sdk.Date  // zero: all
	After        *Deadline // the last one seen; its Due, Appeal and Term count
	Limit        int
}

// Clock asks what time has done to an appeal's terms.
type Clock struct {
	Appeal string
	// Recompute counts the terms anew, by the rules and calendars as they now
	// are; else only what is due to be told is told.
	Recompute bool
	Noted     *Noted // what an official did; the terms are counted anew by it
}

// Noted is what an official did and no system tells of: an event of the appeal's
// terms, or the ground by which they are counted. It is an event of its own.
type Noted struct {
	Event    string    `json:"event,omitzero"`
	Date     sdk.Date  `json:"date,omitzero"` // when, local to the organisation
	At       time.Time `json:"at,omitzero"`   // when, where the hour is known
	Category string    `json:"category,omitzero"`
	Why      string    `json:"why,omitzero"`
}

// NotedBody is the body of DeadlineNoted.
func NotedBody(n *Noted) ([]byte, error) { return encode(n) }

// Notice is news of a term: an event of its own in the appeal's stream.
type Notice struct {
	News    sdk.DeadlineNews
	Term    string
	Due     sdk.Date
	DueAt   time.Time
	Was     sdk.Date // the last day before it moved; zero for moved: it was not watched
	Dropped bool     // for moved and withdrawn: it does not run, and Due is the last day as it was
	Ahead   string   // for near: 3d
	Links   []string // that are told

	Provisional bool // Due rests on a calendar that may still change
}

// Kind is the kind of the notice's event.
func (n *Notice) Kind() EventKind { return EventKind(deadlineKinds + string(n.News)) }

// deadlineKinds is what the kinds of a notice's event begin with.
const deadlineKinds = "deadline."

// Key is what the event has as SourceID: term, date due and distance.
func (n *Notice) Key() string {
	return strings.TrimSuffix(n.Term+"/"+n.Due.String()+"/"+n.Ahead, "/")
}

// Event is the notice as an event of an appeal's stream.
func (n *Notice) Event(at time.Time, actor string) *Event {
	return &Event{Kind: n.Kind(), At: at, SourceID: n.Key(), Actor: actor}
}

// Steps are the deliveries that tell of the notice.
func (n *Notice) Steps() []Step {
	steps := make([]Step, len(n.Links))
	for i, link := range n.Links {
		steps[i] = Step{Link: link, Verb: VerbDeadline}
	}
	return steps
}

// NoticeBody is the body of the Deadline kinds.
func NoticeBody(n *Notice) ([]byte, error) {
	return encode(&notice{n.Term, n.Due, n.DueAt, n.Was, n.Dropped, n.Ahead, n.Provisional})
}

type notice struct {
	Term    string    `json:"term"`
	Due     sdk.Date  `json:"due"`
	DueAt   time.Time `json:"due_at,omitzero"`
	Was     sdk.Date  `json:"was,omitzero"`
	Dropped bool      `json:"dropped,omitzero"`
	Ahead   string    `json:"ahead,omitzero"`

	Provisional bool `json:"provisional,omitzero"`
}

// ReadNotice is what a link is told by the event e of the appeal v.
func ReadNotice(e *Event, v *View) (*sdk.Deadline, error) {
	n, err := decode[notice](e.Body)
	if err != nil {
		return nil, err
	}
	news := sdk.DeadlineNews(strings.TrimPrefix(string(e.Kind), deadlineKinds))
	return &sdk.Deadline{
		ID: e.ID, News: news, At: e.At, Appeal: v.ID, Source: v.Source, Organisation: e.Organisation,
		Term: n.Term, Due: n.Due, DueAt: n.DueAt, Was: n.Was, Dropped: n.Dropped, Ahead: n.Ahead, Provisional: n.Provisional,
	}, nil
}
