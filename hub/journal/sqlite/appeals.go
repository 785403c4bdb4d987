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
	was     rare // as the row has it

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
	a.wasOpen, a.was = !a.Status.Final(), a.rare()
	return a
}

// rare is what of an appeal's row seldom changes.
type rare struct {
	listed
	kind                 sdk.AppealKind
	fastTrack            bool
	revision, rework     int
	version, lead, terms string
	targets              string // as the column has them
	due                  sdk.Date
	body, files, numbers int64
}

// listed is what is in indexes beside the id.
type listed struct {
	organisation string
	parked       journal.Reason
}

func (a *appeal) rare() rare {
	return rare{
		listed: listed{a.Organisation, a.Parked}, kind: a.Kind, fastTrack: a.FastTrack, revision: a.Revision, rework: a.Rework,
		version: a.Version, lead: a.Lead, terms: a.Terms, targets: writeTargets(a.Targets), due: a.Due,
		body: a.body, files: a.files, numbers: a.numbers,
	}
}

func writeTargets(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return " " + strings.Join(all, " ") + " "
}

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

// What stays the same is not written, least of all what an index holds: SQLite would take
// it out of the index and put it back.
const (
	insertAppeal = `INSERT INTO appeals (status, outcome, status_at, updated_at, events, head, refs,
 kind, fast_track, version, revision, rework, lead, targets, due, body, files, numbers, terms,
 source_link, source_id, received_at, organisation, parked, id)
 VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`
	setAppeal     = `UPDATE appeals SET status = ?, outcome = ?, status_at = ?, updated_at = ?, events = ?, head = ?, refs = ?`
	setRare       = `, kind = ?, fast_track = ?, version = ?, revision = ?, rework = ?, lead = ?, targets = ?, due = ?, body = ?, files = ?, numbers = ?, terms = ?`
	ofAppeal      = ` WHERE id = ?`
	advanceAppeal = setAppeal + ofAppeal
	updateAppeal  = setAppeal + setRare + ofAppeal
	moveAppeal    = setAppeal + setRare + `, organisation = ?, parked = ?` + ofAppeal
)

// store writes the row.
func (t *tx) store(a *appeal) error {
	now := a.rare()
	sql := moveAppeal
	switch {
	case !a.stored:
		sql = insertAppeal
	case now == a.was:
		sql = advanceAppeal
	case now.listed == a.was.listed:
		sql = updateAppeal
	}
	s := t.c.prepare(sql).text(string(a.Status), string(a.Outcome)).int(micros(a.StatusAt), micros(a.UpdatedAt), a.Events).
		blob(a.head).text(writeRefs(a.refs))
	if sql != advanceAppeal {
		s.text(string(now.kind)).bool(now.fastTrack).text(now.version).int(int64(now.revision), int64(now.rework)).
			text(now.lead, now.targets, now.due.String()).int(now.body, now.files, now.numbers).text(now.terms)
	}
	if sql == insertAppeal {
		s.text(a.Source.Link, a.Source.ID).int(micros(a.ReceivedAt))
	}
	if sql == insertAppeal || sql == moveAppeal {
		s.text(now.organisation, string(now.parked))
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
	a.stored, a.wasOpen, a.was = true, open, now
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
