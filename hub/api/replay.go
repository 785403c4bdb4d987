package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/journal"
)

// decision is the body of what is decided about parked things.
type decision struct {
	IDs    []int64 `json:"ids"`
	Filter struct {
		Link   named `json:"link"`
		Reason named `json:"reason"`
	} `json:"filter"`
	DryRun bool   `json:"dry_run"`
	Why    string `json:"why"`
	Max    int    `json:"max"`
}

// decided is what became of parked things.
type decided struct {
	Parked  []int64   `json:"parked"` // taken off the list, or to be
	Refused []refusal `json:"refused"`
	DryRun  bool      `json:"dry_run"`
}

type refusal struct {
	Parked int64  `json:"parked"`
	Why    string `json:"why"`
}

// replayParked reads rejected messages of the inbound topic once more.
func (s *server) replayParked(x *exchange) error {
	return s.decideParked(x, func(p *journal.Parked, d *decision) error {
		_, err := s.Intake.Replay(x.r.Context(), p, x.actor, d.Why, d.DryRun)
		return err
	})
}

// dismiss takes parked things off the list.
func (s *server) dismiss(x *exchange) error {
	return s.decideParked(x, func(p *journal.Parked, d *decision) error {
		switch {
		case !p.Reason.Dismissible():
			return &intake.Refused{Why: "leaves the list by finding its way: it is an appeal"}
		case p.Reason == journal.ReasonUnknownRef && len(d.IDs) == 0 && d.Filter.Reason == "":
			return &intake.Refused{Why: "may become known still: its id, or its reason, is to be given"}
		}
		if d.DryRun {
			return nil
		}
		_, err := s.Journal.Append(x.r.Context(), journal.Batch{Entries: []journal.Entry{{
			At: s.Now(), Actor: x.actor, Resolve: &journal.Resolve{Parked: p.ID, Link: p.Link, As: journal.ItemDismissed, Why: d.Why},
		}}})
		return err
	})
}

// decideParked does something to each of the parked things that the body names.
// One that refuses is told of and does not stop the others.
func (s *server) decideParked(x *exchange, do func(*journal.Parked, *decision) error) error {
	var d decision
	if err := x.read(&d); err != nil {
		return err
	}
	if err := d.check(); err != nil {
		return err
	}
	out := decided{Parked: []int64{}, Refused: []refusal{}, DryRun: d.DryRun}
	err := s.eachParked(x.r.Context(), &d, func(p *journal.Parked) error {
		var refused *intake.Refused
		switch err := do(p, &d); {
		case errors.As(err, &refused):
			out.Refused = append(out.Refused, refusal{p.ID, refused.Why})
		case errors.Is(err, journal.ErrNotFound):
			out.Refused = append(out.Refused, refusal{p.ID, "is off the list already"})
		case err != nil:
			return err
		default:
			out.Parked = append(out.Parked, p.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, out)
}

func (d *decision) check() error {
	if d.Max < 0 || d.Max > replayMost || len(d.IDs) > replayMost {
		return invalid.with("max, and the number of ids, are at most %d", replayMost)
	}
	if d.Max == 0 {
		d.Max = replayMost
	}
	switch byFilter := d.Filter.Link != "" || d.Filter.Reason != ""; {
	case len(d.IDs) == 0 && !byFilter:
		return invalid.with("neither ids nor a filter name what is meant")
	case len(d.IDs) > 0 && byFilter:
		return invalid.with("ids and a filter both name what is meant: give one of them")
	}
	d.IDs = d.IDs[:min(len(d.IDs), d.Max)]
	if r := journal.Reason(d.Filter.Reason); r != "" && !r.Parks() {
		return invalid.with("filter: the reason is none of %s", listed(parkedReasons()))
	}
	return checkWhy(d.Why)
}

func listed[T ~string](all []T) string {
	names := make([]string, len(all))
	for i := range all {
		names[i] = string(all[i])
	}
	return strings.Join(names, ", ")
}

// eachParked visits the parked things that a decision is about, oldest first, a few at
// a time. Of those that it names by id all are there before the first is visited.
func (s *server) eachParked(ctx context.Context, d *decision, visit func(*journal.Parked) error) error {
	if len(d.IDs) > 0 {
		nothing := func(*journal.Parked) error { return nil }
		if err := s.namedParked(ctx, d.IDs, nothing); err != nil {
			return err
		}
		return s.namedParked(ctx, d.IDs, visit)
	}
	q := journal.ParkedQuery{Link: string(d.Filter.Link), Reason: journal.Reason(d.Filter.Reason)}
	for left := d.Max; left > 0; left -= q.Limit {
		q.Limit = min(parkedStep, left)
		some, err := s.Journal.Parked(ctx, q)
		if err != nil {
			return err
		}
		for i := range some {
			if err := visit(&some[i]); err != nil {
				return err
			}
		}
		if len(some) < q.Limit {
			return nil
		}
		q.After = some[len(some)-1].ID
	}
	return nil
}

// namedParked visits the parked things with these ids.
func (s *server) namedParked(ctx context.Context, ids []int64, visit func(*journal.Parked) error) error {
	for _, id := range ids {
		one, err := s.Journal.Parked(ctx, journal.ParkedQuery{After: id - 1, Limit: 1})
		if err != nil {
			return err
		}
		if len(one) == 0 || one[0].ID != id {
			return missing.with("no parked item %d", id)
		}
		if err := visit(&one[0]); err != nil {
			return err
		}
	}
	return nil
}
