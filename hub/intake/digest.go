package intake

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// Digests says of which organisations links are told once a day, and when.
type Digests struct {
	At   time.Duration   // since local midnight
	Days map[string]Days // by organisation; none: nobody is told
}

// Days are an organisation's.
type Days struct {
	Zone *time.Location
	Soon int // a term that ends within so many days ends soon
}

// digestFeed begins the name of the feed whose cursor is the date of the last
// digest told of an organisation.
const digestFeed = "digest/"

// RunDigests tells each link that wants it of today's terms until ctx ends, at least
// once: a link that can't be told now is told later on that day. Nodes that tell the
// same use the same id.
func (in *Intake) RunDigests(ctx context.Context) error {
	for {
		for _, l := range in.cfg.Links {
			if l.Can().DigestSink {
				in.tellDigests(ctx, l)
			}
		}
		if !sleep(ctx, tickTime) {
			return nil
		}
	}
}

// tellDigests tells one link of each organisation, until a call fails.
func (in *Intake) tellDigests(ctx context.Context, l *link.Link) {
	state, err := in.cfg.Journal.LinkState(ctx, l.Name())
	if err != nil || state.Paused || state.Down() { // without the journal there is nothing to tell; the clock says so
		return
	}
	for organisation, days := range in.cfg.Digests.Days {
		if own := l.Config().Organisation; own != "" && own != organisation {
			continue
		}
		if err := in.tellDigest(ctx, l, organisation, days); err != nil {
			if ctx.Err() == nil {
				in.failed(in.cfg.Log.With("link", l.Name()), l.Name(), "digest", err)
			}
			return
		}
	}
}

func (in *Intake) tellDigest(ctx context.Context, l *link.Link, organisation string, days Days) error {
	now := in.now()
	local := now.In(days.Zone)
	today := sdk.DateOf(local)
	if local.Sub(today.In(days.Zone)) < in.cfg.Digests.At {
		return nil
	}
	last, err := in.cfg.Journal.Cursor(ctx, l.Name(), digestFeed+organisation)
	if err != nil || string(last) >= today.String() {
		return err
	}
	d, err := Digest(ctx, in.cfg.Journal, organisation, days, now)
	if err != nil {
		return err
	}
	if err := l.DeliverDigest(ctx, d); err != nil {
		return err
	}
	_, err = in.cfg.Journal.Append(ctx, journal.Batch{Cursors: []journal.Position{{Link: l.Name(), Feed: digestFeed + organisation, At: sdk.Cursor(today.String())}}})
	return err
}

// digestItems bounds the terms that a digest lists; digestPage those read at once.
const (
	digestItems = 100
	digestPage  = 1000
)

// Digest is an organisation's day at a glance at the time now.
func Digest(ctx context.Context, j journal.Journal, organisation string, days Days, now time.Time) (sdk.Digest, error) {
	today := sdk.DateOf(now.In(days.Zone))
	d := sdk.Digest{Organisation: organisation, Date: today, Items: []sdk.DueTerm{}}
	q := journal.DeadlineQuery{Organisation: organisation, UpTo: today.AddDays(days.Soon), Limit: digestPage}
	for {
		all, err := j.Due(ctx, q)
		if err != nil {
			return d, err
		}
		for i := range all {
			add(&d, &all[i], now)
		}
		if len(all) < q.Limit {
			return named(d)
		}
		q.After = &all[len(all)-1]
	}
}

// named gives a digest the id of what it says: told again in other words it is
// another message.
func named(d sdk.Digest) (sdk.Digest, error) {
	said, err := json.Marshal(&d, json.Deterministic(true))
	d.ID = uuid.NewSHA1(uuid.NameSpaceURL, append([]byte("appealhub:digest:"), said...)).String()
	return d, err
}

func add(d *sdk.Digest, t *journal.Deadline, now time.Time) {
	switch {
	case t.Due.Before(d.Date) || !t.DueAt.IsZero() && !now.Before(t.DueAt):
		d.Overdue++
	case t.Due == d.Date:
		d.DueToday++
	default:
		d.DueSoon++
	}
	if len(d.Items) < digestItems {
		d.Items = append(d.Items, sdk.DueTerm{Appeal: t.Appeal, Term: t.Term, Due: t.Due, Provisional: t.Provisional})
	}
}
