package sqlite

import (
	"context"

	"github.com/appealhub/appealhub/hub/journal"
)

// Scan walks the whole log stream by stream.
func (j *Journal) Scan(ctx context.Context, visit func(e *journal.Event, digest []byte) error) error {
	return j.walk(ctx, func(c *conn) error {
		s := c.prepare("SELECT " + eventColumns + " FROM events ORDER BY stream, sequence")
		defer s.done()
		for s.next() {
			if err := ctx.Err(); err != nil {
				return err
			}
			e, digest, err := j.event(s)
			if err != nil {
				digest = []byte("unreadable") // the visitor sees that it matches nothing, not even the lack of a body
			}
			if err := visit(e, digest); err != nil {
				return err
			}
		}
		return s.err()
	})
}

// Stats counts for metrics and readiness.
func (j *Journal) Stats(ctx context.Context) (journal.Stats, error) {
	st := journal.Stats{Links: map[string]journal.LinkStats{}, Parked: map[journal.Reason]int64{}, Commits: j.commits.Load()}
	err := j.read(ctx, func(c *conn) error {
		if err := openStats(c, st.Links); err != nil {
			return err
		}
		s := c.prepare("SELECT reason, count(*) FROM parked GROUP BY reason")
		for s.next() {
			st.Parked[journal.Reason(s.colText(0))] = s.colInt(1)
		}
		if err := s.err(); err != nil {
			return err
		}
		s = c.prepare("SELECT coalesce(max(seq), 0) FROM events") // none is ever deleted
		for s.next() {
			st.Events = s.colInt(0)
		}
		return s.err()
	})
	return st, err
}

// openStats counts in the index of open deliveries; ids grow with time.
func openStats(c *conn, links map[string]journal.LinkStats) error {
	oldest := map[string]int64{}
	s := c.prepare("SELECT link, state, count(*), min(id) FROM deliveries WHERE settled IS NULL GROUP BY link, state")
	for s.next() {
		name := s.colText(0)
		l := links[name]
		l.Open += s.colInt(2)
		if s.colText(1) == string(journal.DeliveryDeadly) {
			l.Dead = s.colInt(2)
		}
		links[name] = l
		if id := s.colInt(3); oldest[name] == 0 || id < oldest[name] {
			oldest[name] = id
		}
	}
	if err := s.err(); err != nil {
		return err
	}
	for name, id := range oldest {
		l := links[name]
		s := c.prepare("SELECT created FROM deliveries WHERE id = ?").int(id)
		for s.next() {
			l.Oldest = timeOf(s.colInt(0))
		}
		if err := s.err(); err != nil {
			return err
		}
		links[name] = l
	}
	return nil
}
