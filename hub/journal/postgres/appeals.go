package postgres

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// appeal is a row of appeals, and in a transaction what belongs to it: the view
// and what the driver needs beside it.
type appeal struct {
	journal.View
	stored   bool // the row exists
	archived bool // its deliveries and deadlines lie in the archive
	dirty    bool
	head     []byte
	body     int64          // seq of the event with the latest content
	latest   *journal.Event // that event, where it is of this transaction
	nfiles   int64
	nums     int64
	refs     map[string]string // link → id of its record there
	wasOpen  bool

	// In a writer's transaction:
	files    map[string]*file
	open     []*delivery  // not settled, in order
	told     []sdk.Number // by changes, once toldRead
	toldRead bool
}

const appealColumns = `a.id, a.organisation, a.source_link, a.source_id, a.kind, a.fast_track, a.version, a.revision, a.status, a.outcome,
 a.status_at, a.rework, a.lead, a.targets, a.parked, a.received_at, a.updated_at, a.due, a.events, a.head, a.body, a.files, a.numbers, a.refs, a.terms, a.archived`

// readAppeal reads the row that r stands on, which is appealColumns.
func readAppeal(r pgx.Row) (*appeal, error) {
	a := &appeal{stored: true}
	v := &a.View
	var statusAt, receivedAt, updatedAt int64
	var targets, due, refs string
	err := r.Scan(&v.ID, &v.Organisation, &v.Source.Link, &v.Source.ID, &v.Kind, &v.FastTrack, &v.Version, &v.Revision, &v.Status, &v.Outcome,
		&statusAt, &v.Rework, &v.Lead, &targets, &v.Parked, &receivedAt, &updatedAt, &due, &v.Events, &a.head, &a.body, &a.nfiles, &a.nums, &refs, &v.Terms, &a.archived)
	if err != nil {
		return nil, err
	}
	v.StatusAt, v.ReceivedAt, v.UpdatedAt, v.Due = timeOf(statusAt), timeOf(receivedAt), timeOf(updatedAt), dateOf(due)
	if targets != "" {
		v.Targets = strings.Fields(targets)
	}
	a.refs, a.wasOpen = readRefs(refs), !v.Status.Final()
	return a, nil
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

// in is the appeal's record in a link's system; zero before it is known.
func (a *appeal) in(link string) sdk.Ref {
	if id := a.refs[link]; id != "" {
		return sdk.Ref{Link: link, ID: id}
	}
	if a.Source.Link == link {
		return a.Source
	}
	return sdk.Ref{}
}

// allRefs returns the source's reference and those of the links that took it,
// targets in their order.
func (a *appeal) allRefs() []sdk.Ref {
	refs := []sdk.Ref{a.Source}
	for _, link := range a.Targets {
		if id := a.refs[link]; id != "" {
			refs = append(refs, sdk.Ref{Link: link, ID: id})
		}
	}
	return refs
}

func target(a *appeal, link string) bool { return slices.Contains(a.Targets, link) }

// find returns the appeal with the id; ErrNotFound if there is none. What the
// operations need was read before.
func (t *tx) find(id string) (*appeal, error) {
	if a := t.appeals[id]; a != nil {
		return a, nil
	}
	return nil, journal.ErrNotFound
}

// file is a row of files.
type file struct {
	journal.File
	id     string
	event  int64          // seq of the event that announced it
	stored int64          // seq of the event that settled it
	tells  *journal.Event // the announcing event, where it is of this transaction
	ends   *journal.Event // the settling one, likewise
	fresh  bool
	dirty  bool
}

// states are the states of the appeal's files; nil without any.
func (a *appeal) states() map[string]journal.FileState {
	if len(a.files) == 0 {
		return nil
	}
	states := make(map[string]journal.FileState, len(a.files))
	for id, f := range a.files {
		states[id] = f.State
	}
	return states
}

// openFetches counts the fetches of the appeal's files from a link that are not
// settled.
func (a *appeal) openFetches(link string) (n int) {
	for _, d := range a.open {
		if d.Link == link && d.Verb == journal.VerbFetch {
			n++
		}
	}
	return n
}
