package sqlite

import (
	"context"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// LinkState returns the state of a link; of one never heard of, that it is up.
func (j *Journal) LinkState(ctx context.Context, link string) (journal.LinkState, error) {
	var state journal.LinkState
	err := j.read(ctx, func(c *conn) (err error) {
		state, err = j.linkState(c, link)
		return err
	})
	return state, err
}

func (j *Journal) linkState(c *conn, link string) (journal.LinkState, error) {
	state := journal.LinkState{Link: link}
	s := c.prepare("SELECT paused, paused_by, failures, down_since, next_probe, last_kind, last_error FROM links WHERE link = ?").text(link)
	var sealed []byte
	for s.next() {
		state.Paused, state.PausedBy, state.Failures = s.colBool(0), s.colText(1), int(s.colInt(2))
		state.DownSince, state.NextProbe = timeOf(s.colInt(3)), timeOf(s.colInt(4))
		state.LastKind, sealed = sdk.Kind(s.colText(5)), s.colBlob(6)
	}
	if err := s.err(); err != nil {
		return state, err
	}
	text, _, err := j.unseal(journal.LinkStream(link), sealed)
	state.LastError = string(text)
	return state, err
}

// SetLink changes a link's state. f may be called more than once.
func (j *Journal) SetLink(ctx context.Context, link, actor string, at time.Time, f func(*journal.LinkState)) error {
	return j.do(ctx, false, func(t *tx) error {
		before, err := t.linkState(t.c, link)
		if err != nil {
			return err
		}
		now := before
		f(&now)
		now.Link = link
		if now == before {
			return nil
		}
		if err := t.setLink(now); err != nil {
			return err
		}
		if now.Paused != before.Paused {
			if err := t.paused(now, actor, at); err != nil {
				return err
			}
		}
		if before.Down() && !now.Down() || before.Paused && !now.Paused {
			return t.recover(link, at)
		}
		return nil
	})
}

func (t *tx) setLink(s journal.LinkState) error {
	sealed, err := t.seal(journal.LinkStream(s.Link), s.LastError)
	if err != nil {
		return err
	}
	return t.c.prepare(`INSERT OR REPLACE INTO links (link, paused, paused_by, failures, down_since, next_probe, last_kind, last_error)
 VALUES (?,?,?,?,?,?,?,?)`).
		text(s.Link).bool(s.Paused).text(s.PausedBy).int(int64(s.Failures), micros(s.DownSince), micros(s.NextProbe)).
		text(string(s.LastKind)).blob(sealed).run()
}

// paused records that a link was paused or resumed.
func (t *tx) paused(s journal.LinkState, actor string, at time.Time) error {
	ev := &journal.Event{Kind: journal.LinkResumed, At: at, Link: s.Link, Actor: actor}
	text := ""
	if s.Paused {
		ev.Kind, ev.Reason, text = journal.LinkPaused, journal.Reason(s.LastKind), s.LastError
	}
	b, err := packed(journal.NoteBody(text))
	if err != nil {
		return err
	}
	return t.insertLink(ev, b)
}

// recover makes a link's waiting deliveries due, but for those whose time is
// the system's own word.
func (t *tx) recover(link string, at time.Time) error {
	t.due(link)
	now := micros(journal.Cut(at))
	return t.c.prepare("UPDATE deliveries SET due = ?1 WHERE settled IS NULL AND link = ?2 AND state = 'ready' AND due > ?1 AND firm = 0").
		int(now).text(link).run()
}
