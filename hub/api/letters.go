package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// letterForm is a message of the dead letters' topic, without what it holds.
type letterForm struct {
	Place    string    `json:"place"`
	Event    string    `json:"event"`
	Kind     string    `json:"kind"`
	At       time.Time `json:"at,omitzero"`
	Key      string    `json:"key"`
	Link     string    `json:"link,omitzero"`
	Reason   string    `json:"reason,omitzero"`
	Message  string    `json:"message,omitzero"`
	Appeal   string    `json:"appeal,omitzero"`
	Delivery int64     `json:"delivery,omitzero"`
	Rejected string    `json:"rejected,omitzero"` // place in the inbound topic
	Size     int       `json:"size"`
}

func showLetter(m *bus.Message) letterForm {
	f := letterForm{
		Place: m.Place.String(), Event: m.Get(bus.HeaderID), Kind: m.Get(bus.HeaderKind), At: m.At.UTC(), Key: m.Key, Link: m.Get(bus.HeaderErrorLink),
		Reason: m.Get(bus.HeaderErrorReason), Message: m.Get(bus.HeaderErrorMessage), Rejected: m.Get(bus.HeaderErrorPlace), Size: len(m.Value),
	}
	f.Delivery, _ = strconv.ParseInt(m.Get(bus.HeaderErrorDelivery), 10, 64)
	if subject := m.Get(bus.HeaderSubject); !strings.HasPrefix(subject, journal.LinkStream("")) {
		f.Appeal = subject
	}
	return f
}

// letterKinds are the kinds of a delivery's failure (a submission's conflict is
// called as one of them), and that of a message that is rejected.
func letterKinds() []sdk.Kind { return append(sdk.Kinds(), sdk.Kind(journal.ReasonUnparsable)) }

// letterFilter finds messages of the dead letters' topic.
type letterFilter struct{ link, kind, appeal string }

func (f letterFilter) takes(l *letterForm) bool {
	return (f.link == "" || f.link == l.Link) && (f.kind == "" || f.kind == l.Reason) && (f.appeal == "" || f.appeal == l.Appeal)
}

// letters reads the dead letters' topic behind a place; ahead of the end it
// returns most of them.
func (s *server) letters(ctx context.Context, after *bus.Place, f letterFilter, most int) ([]letterForm, error) {
	if s.Bus == nil {
		return nil, badQuery.with("this hub has no dead letters' topic: its bus is embedded, and its journal has them all")
	}
	all := []letterForm{}
	err := s.Bus.Letters(ctx, after, func(m *bus.Message) bool {
		if l := showLetter(m); f.takes(&l) {
			all = append(all, l)
		}
		return len(all) < most
	})
	return all, err
}

// listLetters lists the dead letters' topic, partition after partition.
func (s *server) listLetters(x *exchange) error {
	kind, err := oneOf(x, "kind", letterKinds())
	if err != nil {
		return err
	}
	limit, err := x.limit()
	if err != nil {
		return err
	}
	var after *bus.Place
	if text := x.query.Get("cursor"); text != "" {
		at, ok := bus.ParsePlace(text)
		if !ok {
			return badQuery.with("cursor is not one that this list gave")
		}
		after = &at
	}
	all, err := s.letters(x.r.Context(), after, letterFilter{x.query.Get("link"), string(kind), x.query.Get("appeal")}, limit+1)
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, cut(all, limit, func(l *letterForm) letterForm { return *l }, func(l *letterForm) string { return l.Place }))
}

// replayed is what became of the letters of a topic.
type replayed struct {
	Deliveries []int64         `json:"deliveries"`
	Parked     []int64         `json:"parked"`
	Refused    []letterRefusal `json:"refused"`
	DryRun     bool            `json:"dry_run"`
}

type letterRefusal struct {
	Place string `json:"place"`
	Why   string `json:"why"`
}

// replayTopic replays what the dead letters' topic tells of. The journal's rows
// are the truth: a letter that it has settled since, or that it never had, is
// refused and told of.
func (s *server) replayTopic(x *exchange, f letterFilter, most int, dry bool, why string) error {
	letters, err := s.letters(x.r.Context(), nil, f, most)
	if err != nil {
		return err
	}
	out := replayed{Deliveries: []int64{}, Parked: []int64{}, Refused: []letterRefusal{}, DryRun: dry}
	for i := range letters {
		l := &letters[i]
		if l.Delivery != 0 && slices.Contains(out.Deliveries, l.Delivery) {
			continue
		}
		var refused *intake.Refused
		switch id, err := s.replayLetter(x, l, dry, why); {
		case errors.As(err, &refused):
			out.Refused = append(out.Refused, letterRefusal{l.Place, refused.Why})
		case errors.Is(err, journal.ErrNotFound), errors.Is(err, journal.ErrState):
			out.Refused = append(out.Refused, letterRefusal{l.Place, "is no dead letter of the journal, or none any more"})
		case err != nil:
			return err
		case l.Delivery != 0:
			out.Deliveries = append(out.Deliveries, id)
		case !slices.Contains(out.Parked, id):
			out.Parked = append(out.Parked, id)
		}
	}
	return x.answer(http.StatusOK, out)
}

// replayLetter replays one, and returns the delivery's id or the parked item's.
func (s *server) replayLetter(x *exchange, l *letterForm, dry bool, why string) (int64, error) {
	ctx := x.r.Context()
	if l.Delivery != 0 {
		return l.Delivery, s.replayDelivery(x, l, dry, why)
	}
	if l.Rejected == "" {
		return 0, &intake.Refused{Why: "its source serves it again"}
	}
	all, err := s.Journal.Parked(ctx, journal.ParkedQuery{Link: l.Link, Place: l.Rejected, Limit: 1})
	if err != nil || len(all) == 0 {
		return 0, errors.Join(err, journal.ErrNotFound)
	}
	_, err = s.Intake.Replay(ctx, &all[0], x.actor, why, dry)
	return all[0].ID, err
}

// replayDelivery makes a dead delivery due again: ErrState if it is dead no more.
func (s *server) replayDelivery(x *exchange, l *letterForm, dry bool, why string) error {
	dead, err := s.Journal.Deliveries(x.r.Context(), journal.DeliveryQuery{
		Appeal: l.Appeal, Link: l.Link, States: []journal.DeliveryState{journal.DeliveryDeadly}, After: l.Delivery - 1, Limit: 1,
	})
	if err != nil {
		return err
	}
	if len(dead) == 0 || dead[0].ID != l.Delivery {
		return journal.ErrState
	}
	_, err = s.Journal.Act(x.r.Context(), journal.Action{
		Kind: journal.ActRetry, IDs: []int64{l.Delivery}, Actor: x.actor, At: s.Now(), Why: why, DryRun: dry,
	})
	return err
}
