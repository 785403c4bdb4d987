package postgres

import (
	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
)

// stranded are the deliveries that are given up with d: those behind the creation
// of a record that there is not, and that no delivery before it creates.
func (t *tx) stranded(a journal.Action, d *delivery) ([]*delivery, error) {
	if a.Kind != journal.ActSkip || d.Verb != journal.VerbAppeal {
		return nil, nil
	}
	record, err := t.find(d.Appeal)
	if err != nil || record.in(d.Link).ID != "" {
		return nil, err
	}
	at := map[int64]*delivery{}
	var behind []journal.Delivery
	for _, o := range record.open {
		switch {
		case o.Link != d.Link || o == d || o.fresh: // what is new in this very transaction comes behind it all
		case o.ID > d.ID:
			at[o.ID], behind = o, append(behind, o.Delivery)
		case o.Verb == journal.VerbAppeal:
			return nil, nil
		}
	}
	if taken, err := t.taken(d); err != nil || taken {
		return nil, err
	}
	var out []*delivery
	for _, s := range journal.Stranded(behind) {
		out = append(out, at[s.ID])
	}
	return out, nil
}

// taken reports whether the link took the appeal before, whatever it calls it.
func (t *tx) taken(d *delivery) (yes bool, err error) {
	for _, o := range t.deliveries {
		if o.Appeal == d.Appeal && o.Link == d.Link && o.Verb == journal.VerbAppeal && o.State == journal.DeliveryDoneOK {
			return true, nil
		}
	}
	err = t.c.QueryRow(t.ctx, "SELECT EXISTS (SELECT FROM deliveries WHERE appeal = $1 AND link = $2 AND verb = 'appeal' AND state = 'done')",
		d.Appeal, d.Link).Scan(&yes)
	return yes, failed(err)
}

// owed are the steps of the files that were given up with the creation of a
// record in the link's system, and that no later step took up.
func (t *tx) owed(a *appeal, link string) (steps []journal.Step, err error) {
	b := &pgx.Batch{}
	rows(b.Queue(`SELECT e.attachment FROM events e
 WHERE e.stream = $1 AND e.link = $2 AND e.kind = 'delivery.skipped' AND e.reason = 'no_record' AND e.verb = 'attachment'
 AND NOT EXISTS (SELECT FROM deliveries d WHERE d.appeal = $1 AND d.link = $2 AND d.verb = 'attachment' AND d.attachment = e.attachment AND d.state <> 'skipped')
 GROUP BY e.attachment ORDER BY min(e.seq)`, a.ID, link), func(r pgx.Rows) error {
		s := journal.Step{Link: link, Verb: journal.VerbAttachment, Held: true}
		err := r.Scan(&s.Attachment)
		steps = append(steps, s)
		return err
	})
	return steps, t.send(b)
}

// mayOwe reports whether the delivery may create a record to which files are owed:
// a revision that finds none.
func (a *appeal) mayOwe(d *delivery) bool {
	return d.Verb == journal.VerbAppeal && a.Revision > 1 && a.nfiles > 0 && a.in(d.Link).ID == ""
}

// takeUp plans what is owed to a record that e creates.
func (t *tx) takeUp(a *appeal, e *journal.Event) error {
	steps, err := t.owed(a, e.Link)
	if err == nil {
		t.plan(a, e, steps)
	}
	return err
}
