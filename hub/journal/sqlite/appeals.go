package sqlite

import (
	"strconv"
	"strings"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// appeal is a row of appeals: the view and what the driver needs beside it.
type appeal struct {
	journal.View
	stored  bool // the row exists
	head    []byte
	body    int64 // seq of the event with the latest content
	files   int64
	numbers int64
	refs    map[string]string // link → id of its record there
	wasOpen bool
	was     listed

	deliveries int // how many it has had; of a row that was read, two or more

	fresh *sdk.Appeal // the latest content, if it is kept
	slot  int         // place among the recent ones, from 1
}

const appealColumns = `a.id, a.organisation, a.source_link, a.source_id, a.kind, a.fast_track, a.version, a.revision, a.status, a.outcome,
 a.status_at, a.rework, a.lead, a.targets, a.parked, a.received_at, a.updated_at, a.due, a.events, a.head, a.body, a.files, a.numbers, a.refs, a.terms`

// readView reads the view from the row that s stands on, which begins with
// appealColumns.
func readView(s *stmt) journal.View {
	return journal.View{
		ID: s.colText(0), Organisation: s.colText(1), Source: sdk.Ref{Link: s.colText(2), ID: s.colText(3)},
		Kind: sdk.AppealKind(s.colText(4)), FastTrack: s.colBool(5), Version: s.colText(6), Revision: int(s.colInt(7)),
		Status: sdk.Status(s.colText(8)), Outcome: sdk.Outcome(s.colText(9)), StatusAt: timeOf(s.colInt(10)), Rework: int(s.colInt(11)),
		Lead: s.colText(12), Targets: fields(s.colText(13)), Parked: journal.Reason(s.colText(14)),
		ReceivedAt: timeOf(s.colInt(15)), UpdatedAt: timeOf(s.colInt(16)), Due: dateOf(s.colText(17)), Events: s.colInt(18), Terms: s.colText(24),
	}
}

func fields(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Fields(s)
}

func readAppeal(s *stmt) *appeal {
	a := &appeal{
		View: readView(s), stored: true, head: s.colBlob(19),
		body: s.colInt(20), files: s.colInt(21), numbers: s.colInt(22), refs: readRefs(s.colText(23)),
		deliveries: 2,
	}
	a.wasOpen, a.was = !a.Status.Final(), a.listed()
	return a
}

// listed is what of an appeal is in indexes beside its id.
type listed struct {
	organisation string
	parked       journal.Reason
}

func (a *appeal) listed() listed { return listed{a.Organisation, a.Parked} }

// readRefs reads what writeRefs wrote: a link and a quoted id a line.
func readRefs(s string) map[string]string {
	refs := map[string]string{}
	for line := range strings.Lines(s) {
		link, quoted, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if id, err := strconv.Unquote(quoted); err == nil {
			refs[link] = id
		}
	}
	return refs
}

func writeRefs(refs map[string]string) string {
	if len(refs) == 0 {
		return ""
	}
	var b []byte
	for link, id := range refs {
		b = append(append(b, link...), ' ')
		b = append(strconv.AppendQuote(b, id), '\n')
	}
	return string(b)
}

// findAppeal returns the appeal with the id; ErrNotFound if there is none.
func findAppeal(c *conn, id string) (*appeal, error) {
	s := c.prepare("SELECT " + appealColumns + " FROM appeals a WHERE a.id = ?").text(id)
	defer s.done()
	ok, err := s.one()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, journal.ErrNotFound
	}
	return readAppeal(s), nil
}

// What an index holds is not written where it stays the same: SQLite would take it out
// of the index and put it back.
const (
	insertAppeal = `INSERT INTO appeals (source_link, source_id, kind, fast_track, version, revision, status, outcome,
 status_at, rework, lead, targets, received_at, updated_at, due, events, head, body, files, numbers, refs, terms, organisation, parked, id)
 VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`
	setAppeal = `UPDATE appeals SET source_link = ?, source_id = ?, kind = ?, fast_track = ?, version = ?, revision = ?,
 status = ?, outcome = ?, status_at = ?, rework = ?, lead = ?, targets = ?, received_at = ?, updated_at = ?, due = ?,
 events = ?, head = ?, body = ?, files = ?, numbers = ?, refs = ?, terms = ?`
	updateAppeal = setAppeal + ` WHERE id = ?`
	moveAppeal   = setAppeal + `, organisation = ?, parked = ? WHERE id = ?`
)

// store writes the row.
func (t *tx) store(a *appeal) error {
	sql, moved := moveAppeal, a.was != a.listed()
	switch {
	case !a.stored:
		sql = insertAppeal
	case !moved:
		sql = updateAppeal
	}
	targets := ""
	if len(a.Targets) > 0 {
		targets = " " + strings.Join(a.Targets, " ") + " "
	}
	s := t.c.prepare(sql).
		text(a.Source.Link, a.Source.ID, string(a.Kind)).bool(a.FastTrack).text(a.Version).int(int64(a.Revision)).
		text(string(a.Status), string(a.Outcome)).int(micros(a.StatusAt), int64(a.Rework)).
		text(a.Lead, targets).int(micros(a.ReceivedAt), micros(a.UpdatedAt)).text(a.Due.String()).
		int(a.Events).blob(a.head).int(a.body, a.files, a.numbers).text(writeRefs(a.refs), a.Terms)
	if !a.stored || moved {
		s.text(a.Organisation, string(a.Parked))
	}
	if err := s.text(a.ID).run(); err != nil {
		return err
	}
	open := !a.Status.Final()
	if a.stored && open != a.wasOpen {
		if err := t.openRefs(a, open); err != nil {
			return err
		}
	}
	a.stored, a.wasOpen, a.was = true, open, a.listed()
	t.use(a)
	return nil
}

// openRefs marks the records of an appeal that is open again, or no more.
func (t *tx) openRefs(a *appeal, open bool) error {
	for link, id := range a.refs {
		err := t.c.prepare("UPDATE refs SET open = ? WHERE link = ? AND id = ?").bool(open && target(a, link)).text(link, id).run()
		if err != nil {
			return err
		}
	}
	return nil
}

func target(a *appeal, link string) bool {
	for _, t := range a.Targets {
		if t == link {
			return true
		}
	}
	return false
}
