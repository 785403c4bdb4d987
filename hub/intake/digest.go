package intake

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// digestItems bounds the terms that a digest lists; digestPage those read at once.
const (
	digestItems = 100
	digestPage  = 1000
)

// Digest is an organisation's day at a glance at the time now.
func Digest(ctx context.Context, j journal.Journal, organisation string, p *deadline.Practice, now time.Time) (sdk.Digest, error) {
	today := sdk.DateOf(now.In(p.Zone))
	d := sdk.Digest{
		ID:           uuid.NewSHA1(uuid.NameSpaceURL, []byte("appealhub:digest:"+organisation+":"+today.String())).String(),
		Organisation: organisation, Date: today, Items: []sdk.DueTerm{},
	}
	q := journal.DeadlineQuery{Organisation: organisation, UpTo: today.AddDays(p.Farthest()), Limit: digestPage}
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
