package sqlite

import "github.com/appealhub/appealhub/hub/journal"

// stranded are the deliveries that are given up with d: those behind the creation
// of a record that there is not, and that no delivery before it creates.
func (t *tx) stranded(a journal.Action, d *journal.Delivery) ([]journal.Delivery, error) {
	if a.Kind != journal.ActSkip || d.Verb != journal.VerbAppeal {
		return nil, nil
	}
	record, err := t.find(d.Appeal)
	if err != nil || record.in(d.Link).ID != "" {
		return nil, err
	}
	all, err := t.deliveries(t.c, journal.DeliveryQuery{Appeal: d.Appeal, Link: d.Link})
	if err != nil {
		return nil, err
	}
	var behind []journal.Delivery
	for _, o := range all {
		switch open := o.SettledAt.IsZero(); {
		case o.ID < d.ID && o.Verb == journal.VerbAppeal && (open || o.State == journal.DeliveryDoneOK):
			return nil, nil
		case o.ID > d.ID && open:
			behind = append(behind, o)
		}
	}
	return journal.Stranded(behind), nil
}

// strand gives a delivery up that has no record to go to.
func (t *tx) strand(a journal.Action, d *journal.Delivery) error {
	ev, err := t.decided(a, d, journal.DeliverySkipped, journal.ReasonNoRecord)
	if err != nil {
		return err
	}
	return t.c.prepare("UPDATE deliveries SET state = 'skipped', settled = ? WHERE id = ?").int(ev.At.UnixMicro(), d.ID).run()
}

// owed are the steps of the files that were given up with the creation of a
// record in the link's system, and that no later step took up.
func (t *tx) owed(a *appeal, link string) ([]journal.Step, error) {
	s := t.c.prepare(`SELECT e.attachment FROM events e
 WHERE e.stream = ?1 AND e.link = ?2 AND e.kind = 'delivery.skipped' AND e.reason = 'no_record' AND e.verb = 'attachment'
 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.appeal = ?1 AND d.link = ?2 AND d.verb = 'attachment' AND d.attachment = e.attachment AND d.state <> 'skipped')
 GROUP BY e.attachment ORDER BY min(e.seq)`).text(a.ID, link)
	var steps []journal.Step
	for s.next() {
		steps = append(steps, journal.Step{Link: link, Verb: journal.VerbAttachment, Attachment: s.colText(0), Held: true})
	}
	return steps, s.err()
}

// mayOwe reports whether the delivery may create a record to which files are owed:
// a revision that finds none.
func (a *appeal) mayOwe(d *journal.Delivery) bool {
	return d.Verb == journal.VerbAppeal && a.Revision > 1 && a.files > 0 && a.in(d.Link).ID == ""
}

// takeUp plans what is owed to a record that e creates.
func (t *tx) takeUp(a *appeal, e *journal.Event) error {
	steps, err := t.owed(a, e.Link)
	if err != nil || len(steps) == 0 {
		return err
	}
	files, err := fileStates(t.c, a)
	if err != nil {
		return err
	}
	return t.plan(a, e, steps, files)
}
