package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// recomputation is an operator's word that open terms are to be counted anew.
type recomputation struct {
	Organisation string `json:"organisation"`
	DryRun       bool   `json:"dry_run"`
}

// move is how many terms move from one day to another.
type move struct {
	Term  deadline.TermID `json:"term"`
	From  sdk.Date        `json:"from,omitzero"` // zero: it is added
	To    sdk.Date        `json:"to,omitzero"`   // zero: it is dropped
	Count int             `json:"count"`
}

// shifts counts open terms that become others when they are counted anew.
type shifts struct {
	Moved   int `json:"moved"`   // end on another day
	Added   int `json:"added"`   // are open only then
	Dropped int `json:"dropped"` // are not open any more
}

// count takes a term up, and reports whether it becomes another.
func (n *shifts) count(was, is *deadline.Watched) bool {
	switch {
	case was == nil:
		n.Added++
	case is == nil:
		n.Dropped++
	case was.Same(is):
		return false
	default:
		n.Moved++
	}
	return true
}

// recomputed is a line of the answer: how far it is; the last one is the whole.
type recomputed struct {
	All  int64 `json:"all"`  // appeals, when it began
	Seen int   `json:"seen"` // of them
	shifts
	Done      bool   `json:"done"`
	DryRun    bool   `json:"dry_run"`
	Unwatched int    `json:"unwatched,omitzero"` // open appeals of a version that watched no terms: theirs are from then on
	Moves     []move `json:"moves,omitempty"`    // the last line's: the most frequent first
	Error     string `json:"error,omitzero"`     // it ended early; what was counted anew stays so
}

// Bounds of a recomputation: appeals between two lines, and kinds of moves told.
const (
	recomputedLine = 1000
	movesMost      = 1000
)

// recompute counts the open terms of all appeals by the rules and calendars as they
// are now. It answers with a JSON document a line, so that a caller sees it go on.
// Each term that moves, is added or dropped becomes an event that bears the caller's name.
func (s *server) recompute(x *exchange) error {
	var ask recomputation
	if err := x.read(&ask); err != nil {
		return err
	}
	if _, err := s.organisation(ask.Organisation); err != nil {
		return err
	}
	q := journal.AppealQuery{Organisation: ask.Organisation}
	n, err := s.Journal.Count(x.r.Context(), q)
	if err != nil {
		return err
	}
	x.Header().Set("Content-Type", "application/x-ndjson")
	x.WriteHeader(http.StatusOK)
	w := &recount{server: s, x: x, out: recomputed{All: n, DryRun: ask.DryRun}, moves: map[move]int{}}
	err = s.eachAppeal(x.r.Context(), q, w.visit)
	if err == nil && !ask.DryRun {
		err = w.waken(ask.Organisation)
	}
	w.out.Done, w.out.Moves = err == nil, w.list()
	if err != nil {
		s.Log.Error("terms were not all counted anew", append(x.trace(), "error", loggable(err))...)
		w.out.Error = "it ended early; ask again: what was counted anew stays so"
	}
	return w.line()
}

// recount is a recomputation under way.
type recount struct {
	*server
	x     *exchange
	out   recomputed
	moves map[move]int
	due   []string // appeals of which a term becomes another, or is not as certain as it was
}

func (w *recount) visit(v *journal.View) error {
	moved := v.Terms == "" && !v.Status.Final()
	if moved {
		w.out.Unwatched++
	}
	w.recounted(v, w.Practice(v.Organisation), func(was, is *deadline.Watched) {
		if w.out.count(was, is) {
			moved = true
			w.moves[moveOf(was, is)]++
		} else if was.Provisional != is.Provisional {
			moved = true
		}
	})
	if moved && !w.out.DryRun {
		w.due = append(w.due, v.ID)
	}
	if w.out.Seen++; w.out.Seen%recomputedLine != 0 {
		return nil
	}
	if err := w.flush(w.x.r.Context()); err != nil {
		return err
	}
	return w.line()
}

func moveOf(was, is *deadline.Watched) (m move) {
	if was != nil {
		m.Term, m.From = was.Term, was.Due
	}
	if is != nil {
		m.Term, m.To = is.Term, is.Due
	}
	return m
}

// waken has the terms told at the distances that are configured now.
func (w *recount) waken(organisation string) error {
	ctx := w.x.r.Context()
	err := w.eachDue(ctx, journal.DeadlineQuery{Organisation: organisation}, func(d *journal.Deadline) error {
		is := deadline.Watched{Term: deadline.TermID(d.Term), Due: d.Due, DueAt: d.DueAt, Open: true, Near: d.Near, Passed: d.Passed}
		if is.Wake(w.Practice(d.Organisation)).Equal(d.Wake) {
			return nil
		}
		if w.due = append(w.due, d.Appeal); len(w.due) < recomputedLine {
			return nil
		}
		return w.flush(ctx)
	})
	if err != nil {
		return err
	}
	return w.flush(ctx)
}

// flush has the journal count what moves, in transactions of a hundred.
func (w *recount) flush(ctx context.Context) error {
	for some := range slices.Chunk(w.due, 100) {
		var b journal.Batch
		for _, id := range some {
			b.Entries = append(b.Entries, journal.Entry{At: w.Now(), Actor: w.x.actor, Link: link.ReservedName, Clock: &journal.Clock{Appeal: id, Recompute: true}})
		}
		if _, err := w.Journal.Append(ctx, b); err != nil {
			return err
		}
	}
	w.due = w.due[:0]
	return nil
}

func (w *recount) line() error {
	body, err := json.Marshal(&w.out, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("encode a line of progress: %w", err)
	}
	w.x.Write(append(body, '\n'))
	return http.NewResponseController(w.x).Flush()
}

func (w *recount) list() (all []move) {
	for m, n := range w.moves {
		m.Count = n
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b move) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.From.String(), b.From.String()), cmp.Compare(a.To.String(), b.To.String()), cmp.Compare(a.Term, b.Term))
	})
	return all[:min(len(all), movesMost)]
}
