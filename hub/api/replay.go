package api

import (
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
		if !p.Reason.Resolvable() {
			return &intake.Refused{Why: "leaves the list by what it waits for"}
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
	all, err := s.namedParked(x, &d)
	if err != nil {
		return err
	}
	out := decided{Parked: []int64{}, Refused: []refusal{}, DryRun: d.DryRun}
	for i := range all {
		var refused *intake.Refused
		switch err := do(&all[i], &d); {
		case errors.As(err, &refused):
			out.Refused = append(out.Refused, refusal{all[i].ID, refused.Why})
		case errors.Is(err, journal.ErrNotFound):
			out.Refused = append(out.Refused, refusal{all[i].ID, "is off the list already"})
		case err != nil:
			return err
		default:
			out.Parked = append(out.Parked, all[i].ID)
		}
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
	if len(d.IDs) == 0 && d.Filter.Link == "" && d.Filter.Reason == "" {
		return invalid.with("neither ids nor a filter name what is meant")
	}
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

// namedParked are the parked things that a decision is about, oldest first.
func (s *server) namedParked(x *exchange, d *decision) ([]journal.Parked, error) {
	if len(d.IDs) == 0 {
		return s.Journal.Parked(x.r.Context(), journal.ParkedQuery{Link: string(d.Filter.Link), Reason: journal.Reason(d.Filter.Reason), Limit: d.Max})
	}
	var all []journal.Parked
	for _, id := range d.IDs {
		one, err := s.Journal.Parked(x.r.Context(), journal.ParkedQuery{After: id - 1, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(one) == 0 || one[0].ID != id {
			return nil, missing.with("no parked item %d", id)
		}
		all = append(all, one[0])
	}
	return all, nil
}
