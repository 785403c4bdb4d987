package intake

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// feed is one thing that is read of a link page by page.
type feed struct {
	name    string // also of the journal's position
	kept    bool   // the journal keeps the position
	direct  bool   // what is read goes to the journal, which it is about, and past the bus
	fetch   func(ctx context.Context, after sdk.Cursor) (page, error)
	fetched func() // after a page was read
	held    func() // after its items were committed
}

// The names of feeds.
const (
	appealsFeed  = "appeals"
	statusesFeed = "statuses"
	statesFeed   = "states"
)

// page is one step through a feed, ready to be kept.
type page struct {
	items  []item
	next   sdk.Cursor
	more   bool
	kept   bool // next is where the feed goes on after a restart
	unread bool // there was nothing to ask the system for: it was not called
}

// journalFault marks an error of the journal's where one of the link's is
// expected.
type journalFault struct{ error }

func (in *Intake) appeals(l *link.Link) feed {
	return feed{
		name: appealsFeed,
		kept: true,
		fetch: func(ctx context.Context, after sdk.Cursor) (page, error) {
			got, err := l.FetchAppeals(ctx, after)
			if err == nil {
				err = keepable("fetch appeals", got.Next)
			}
			return pageOf(in, l, got, func(a *sdk.Appeal) item { return in.appeal(l.Name(), a) }), err
		},
		fetched: func() { failpoint.Hit("intake.page_read") },
		held:    func() { failpoint.Hit("intake.after_append") },
	}
}

func (in *Intake) statuses(l *link.Link) feed {
	return feed{
		name: statusesFeed,
		kept: true,
		fetch: func(ctx context.Context, after sdk.Cursor) (page, error) {
			got, err := l.FetchStatuses(ctx, after)
			if err == nil {
				err = keepable("fetch statuses", got.Next)
			}
			return pageOf(in, l, got, func(c *sdk.StatusChange) item { return in.change(l.Name(), c, false) }), err
		},
		fetched: statusesRead,
		held:    statusesAppended,
	}
}

func statusesRead()     { failpoint.Hit("intake.statuses_read") }
func statusesAppended() { failpoint.Hit("intake.statuses_appended") }

// keepable tells a cursor that not every journal can keep.
func keepable(op string, next sdk.Cursor) error {
	if utf8.ValidString(string(next)) && strings.IndexByte(string(next), 0) < 0 {
		return nil
	}
	return sdk.Errorf(sdk.Invalid, op, "the connector's cursor is no text")
}

func pageOf[T any](in *Intake, l *link.Link, got sdk.Page[T], of func(*T) item) page {
	out := page{next: got.Next, more: got.More, kept: !(got.More && got.Volatile), items: make([]item, 0, len(got.Items)+len(got.Rejected))}
	for i := range got.Items {
		out.items = append(out.items, of(&got.Items[i]))
	}
	for i := range got.Rejected {
		out.items = append(out.items, in.rejected(l.Name(), &got.Rejected[i]))
	}
	return out
}

// refsAtOnce is how many open records are asked for in one call.
const refsAtOnce = 50

// states reads the present state of the link's open records, in order of their
// ids; its cursor is the last of these.
func (in *Intake) states(l *link.Link) feed {
	return feed{
		name:   statesFeed,
		direct: true,
		fetch: func(ctx context.Context, after sdk.Cursor) (page, error) {
			open, err := in.cfg.Journal.OpenRefs(ctx, l.Name(), string(after), refsAtOnce)
			if err != nil {
				return page{}, journalFault{err}
			}
			if len(open) == 0 {
				return page{unread: true}, nil
			}
			changes, err := in.readStates(ctx, l, open)
			return in.statesPage(l, open, changes), err
		},
		fetched: statusesRead,
		held:    statusesAppended,
	}
}

func (in *Intake) statesPage(l *link.Link, open []sdk.Ref, changes []sdk.StatusChange) page {
	var out page
	for i := range changes {
		c := &changes[i]
		if slices.Contains(open, c.Ref) {
			out.items = append(out.items, in.change(l.Name(), c, true))
			continue
		}
		why := reason([]sdk.Problem{{Path: "/ref", Rule: sdk.RuleEnum, Why: "is none of the records asked for"}})
		out.items = append(out.items, in.rejected(l.Name(), &sdk.Raw{AckID: c.AckID, RefID: c.Ref.ID, Body: writtenChange(*c), Reason: why}))
	}
	if len(open) == refsAtOnce {
		out.more, out.next = true, sdk.Cursor(open[len(open)-1].ID)
	}
	return out
}

// readStates asks for the states of records. Where the system refuses the
// question, it is asked by halves, so that one record does not hide the others;
// a record that is refused by itself is counted and left out.
func (in *Intake) readStates(ctx context.Context, l *link.Link, open []sdk.Ref) ([]sdk.StatusChange, error) {
	changes, err := l.ReadStatuses(ctx, open...)
	if err == nil || troubled(err) {
		return changes, err
	}
	if len(open) == 1 {
		in.failed(in.cfg.Log.With("link", l.Name()), l.Name(), "states", err)
		return nil, nil
	}
	half := len(open) / 2
	first, err := in.readStates(ctx, l, open[:half])
	if err != nil {
		return nil, err
	}
	second, err := in.readStates(ctx, l, open[half:])
	return append(first, second...), err
}

// troubled tells failures of the whole link from answers about an item.
func troubled(err error) bool {
	switch sdk.KindOf(err) {
	case sdk.Transient, sdk.Throttled, sdk.Denied:
		return true
	}
	return false
}
