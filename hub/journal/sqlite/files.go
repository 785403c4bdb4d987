package sqlite

import (
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// fileStates returns the state of each file of the appeal's; nil without any.
func fileStates(c *conn, a *appeal) (map[string]journal.FileState, error) {
	if a.files == 0 {
		return nil, nil
	}
	states := map[string]journal.FileState{}
	s := c.prepare("SELECT id, state FROM files WHERE appeal = ?").text(a.ID)
	for s.next() {
		states[s.colText(0)] = journal.FileState(s.colText(1))
	}
	return states, s.err()
}

// announce notes the files that an event tells of and that were not known, and
// adds them to states.
func (t *tx) announce(a *appeal, e *journal.Event, files []sdk.Attachment, known map[string]journal.FileState) error {
	seen := map[string]bool{}
	for i := range files {
		f := &files[i]
		if _, old := known[f.ID]; old || seen[f.ID] {
			continue
		}
		seen[f.ID] = true
		err := t.c.prepare("INSERT INTO files (appeal, id, state, size, sha256, event, stored) VALUES (?,?,?,?,?,?,0)").
			text(a.ID, f.ID, string(journal.AnnouncedState(f))).int(f.Size).text(f.SHA256).int(e.Seq).run()
		if err != nil {
			return err
		}
		a.files++
	}
	return nil
}

// fileRow is a row of files.
type fileRow struct {
	journal.File
	event  int64
	stored int64
}

// fileRows returns the files of an appeal by id, with what later events learned
// of them.
func (j *Journal) fileRows(c *conn, a *appeal) (map[string]fileRow, error) {
	if a.files == 0 {
		return nil, nil
	}
	rows := map[string]fileRow{}
	s := c.prepare("SELECT id, state, size, sha256, event, stored FROM files WHERE appeal = ?").text(a.ID)
	for s.next() {
		r := fileRow{event: s.colInt(4), stored: s.colInt(5)}
		r.State, r.Learned.Size, r.Learned.SHA256 = journal.FileState(s.colText(1)), s.colInt(2), s.colText(3)
		rows[s.colText(0)] = r
	}
	if err := s.err(); err != nil {
		return nil, err
	}
	for id, r := range rows {
		if r.stored == 0 {
			continue
		}
		e, err := j.load(c, r.stored)
		if err != nil {
			return nil, err
		}
		if e.Kind == journal.DeliverySkipped {
			r.Learned.Missing = "given up by an operator"
			rows[id] = r
			continue
		}
		learned, err := journal.ReadFileBody(e.Body)
		if err != nil {
			return nil, err
		}
		r.Learned = *learned
		rows[id] = r
	}
	return rows, nil
}

func filesOf(rows map[string]fileRow) map[string]journal.File {
	if len(rows) == 0 {
		return nil
	}
	files := make(map[string]journal.File, len(rows))
	for id, r := range rows {
		files[id] = r.File
	}
	return files
}

// announced returns a file as the event with the seq given announced it.
func (j *Journal) announced(c *conn, seq int64, id string) (*sdk.Attachment, error) {
	e, err := j.load(c, seq)
	if err != nil {
		return nil, err
	}
	var all []sdk.Attachment
	switch e.Kind {
	case journal.AppealReceived, journal.AppealRevised:
		a, err := journal.ReadAppealBody(e.Body)
		if err != nil {
			return nil, err
		}
		all = a.Attachments
	case journal.StatusChanged:
		c, err := journal.ReadChangeBody(e.Body)
		if err != nil {
			return nil, err
		}
		all = c.Attachments
	}
	for i := range all {
		if all[i].ID == id {
			return &all[i], nil
		}
	}
	return nil, journal.ErrNotFound
}

// receipts returns what a link answered to the files it was given, by id of the
// attachment.
func receipts(c *conn, appeal, link string) (map[string]string, error) {
	ids := map[string]string{}
	s := c.prepare("SELECT attachment, id FROM receipts WHERE appeal = ? AND link = ?").text(appeal, link)
	for s.next() {
		ids[s.colText(0)] = s.colText(1)
	}
	return ids, s.err()
}

// openFetches counts the fetches of an appeal's files from a link that are not
// settled.
func openFetches(c *conn, appeal, link string) (n int, err error) {
	s := c.prepare("SELECT count(*) FROM deliveries WHERE appeal = ? AND link = ? AND verb = 'fetch' AND settled IS NULL").text(appeal, link)
	for s.next() {
		n = int(s.colInt(0))
	}
	return n, s.err()
}
