package intake

import (
	"context"
	"time"

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

// tellDigests tells each link that wants it of today's terms, at least once: a
// link that can't be told now is told later on that day. Nodes that tell at once
// use the same id.
func (in *Intake) tellDigests(ctx context.Context) {
	for _, l := range in.cfg.Links {
		if !l.Can().DigestSink {
			continue
		}
		for organisation, days := range in.cfg.Digests.Days {
			own := l.Config().Organisation
			if own != "" && own != organisation {
				continue
			}
			if err := in.tellDigest(ctx, l, organisation, days); err != nil && ctx.Err() == nil {
				in.failed(in.cfg.Log.With("link", l.Name()), l.Name(), "digest", err)
			}
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
	d := sdk.Digest{
		ID:           uuid.NewSHA1(uuid.NameSpaceURL, []byte("appealhub:digest:"+organisation+":"+today.String())).String(),
		Organisation: organisation, Date: today, Items: []sdk.DueTerm{},
	}
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
			return d, nil
		}
		q.After = &all[len(all)-1]
	}
}

func add(d *sdk.Digest, t *journal.Deadline, now time.Time) {
	switch {
	case t.Due.Before(d.Date) || !t.DueAt.IsZero() && t.DueAt.Before(now):
		d.Overdue++
	case t.Due == d.Date:
		d.DueToday++
	default:
		d.DueSoon++
	}
	if len(d.Items) < digestItems {
		d.Items = append(d.Items, sdk.DueTerm{Appeal: t.Appeal, Term: t.Term, Due: t.Due})
	}
}
