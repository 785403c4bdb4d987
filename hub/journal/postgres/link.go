package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
)

// LinkState returns the state of a link; of one never heard of, that it is up.
func (j *Journal) LinkState(ctx context.Context, link string) (journal.LinkState, error) {
	return j.linkState(ctx, j.pool, link, "")
}

func (j *Journal) linkState(ctx context.Context, c querier, link, lock string) (journal.LinkState, error) {
	state := journal.LinkState{Link: link}
	var since, probe int64
	var sealed []byte
	err := c.QueryRow(ctx, "SELECT paused, paused_by, failures, down_since, next_probe, last_kind, last_error FROM links WHERE link = $1"+lock, link).
		Scan(&state.Paused, &state.PausedBy, &state.Failures, &since, &probe, &state.LastKind, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return state, nil
	}
	if err != nil {
		return state, failed(err)
	}
	state.DownSince, state.NextProbe = timeOf(since), timeOf(probe)
	text, _, err := j.unseal(journal.LinkStream(link), sealed)
	state.LastError = string(text)
	return state, err
}

// SetLink changes a link's state, one node at a time. f may be called more than
// once.
func (j *Journal) SetLink(ctx context.Context, link, actor string, at time.Time, f func(*journal.LinkState)) error {
	select {
	case <-j.ended:
		return journal.ErrUnavailable
	default:
	}
	var err error
	for range races {
		if err = newTx(ctx, j).inLink(link, actor, at, f); !errors.Is(err, errRace) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", journal.ErrUnavailable, err)
}

// inLink is one attempt: the link's row is locked, then its stream, then such
// deliveries as nobody else has in hand, so that it waits for no appeal.
func (t *tx) inLink(link, actor string, at time.Time, f func(*journal.LinkState)) (err error) {
	if t.c, err = t.writers.Acquire(t.ctx); err != nil {
		return failed(err)
	}
	defer t.c.Release()
	b := &pgx.Batch{}
	b.Queue(begin)
	t.time(b, txSettings)
	b.Queue(`INSERT INTO links (link, paused, paused_by, failures, down_since, next_probe, last_kind) VALUES ($1, false, '', 0, 0, 0, '') ON CONFLICT DO NOTHING`, link)
	wrote := false
	if err = t.send(b); err == nil {
		wrote, err = t.setLink(link, actor, at, f)
	}
	if err != nil || !wrote {
		t.rollback()
		return err
	}
	if _, err := t.write(); err != nil {
		t.rollback()
		return err
	}
	t.commits.Add(1)
	t.woken(t.wake)
	if t.options.Outbox != nil && len(t.out.events) > 0 {
		t.options.Outbox()
	}
	return nil
}

func (t *tx) setLink(link, actor string, at time.Time, f func(*journal.LinkState)) (wrote bool, err error) {
	before, err := t.linkState(t.ctx, t.c, link, " FOR UPDATE")
	if err != nil {
		return false, err
	}
	now := before
	f(&now)
	now.Link = link
	if now == before {
		return false, nil
	}
	sealed, err := t.seal(journal.LinkStream(link), now.LastError)
	if err != nil {
		return false, err
	}
	_, err = t.c.Exec(t.ctx, "UPDATE links SET paused = $2, paused_by = $3, failures = $4, down_since = $5, next_probe = $6, last_kind = $7, last_error = $8 WHERE link = $1",
		link, now.Paused, now.PausedBy, int64(now.Failures), micros(now.DownSince), micros(now.NextProbe), string(now.LastKind), sealed)
	if err != nil {
		return false, failed(err)
	}
	if now.Paused != before.Paused {
		if err := t.paused(now, actor, at); err != nil {
			return false, err
		}
	}
	if before.Down() && !now.Down() || before.Paused && !now.Paused {
		return true, t.recover(link)
	}
	return true, nil
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

// recover makes a link's waiting deliveries due, but for those whose time is the
// system's own word, and those that somebody has in hand: their settlement
// counts as later.
func (t *tx) recover(link string) error {
	t.due(link)
	_, err := t.c.Exec(t.ctx, `UPDATE deliveries SET due = $1 WHERE id IN (
 SELECT id FROM deliveries WHERE settled IS NULL AND link = $2 AND state = 'ready' AND due > $1 AND NOT firm FOR UPDATE SKIP LOCKED)`, micros(t.now), link)
	return failed(err)
}
