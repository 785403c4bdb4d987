package api

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// deliveryStates lists every state.
func deliveryStates() []journal.DeliveryState {
	return []journal.DeliveryState{
		journal.DeliveryReady, journal.DeliveryQueued, journal.DeliveryHeld, journal.DeliveryDeadly, journal.DeliveryDoneOK, journal.DeliveryGivenUp,
	}
}

// deliveries lists deliveries, oldest first.
func (s *server) deliveries(x *exchange) error {
	state, err := oneOf(x, "state", deliveryStates())
	if err != nil {
		return err
	}
	var states []journal.DeliveryState
	if state != "" {
		states = append(states, state)
	}
	return s.listDeliveries(x, states)
}

// deadLetters lists dead deliveries, oldest first.
func (s *server) deadLetters(x *exchange) error {
	return s.listDeliveries(x, []journal.DeliveryState{journal.DeliveryDeadly})
}

func (s *server) listDeliveries(x *exchange, states []journal.DeliveryState) error {
	kind, err := oneOf(x, "kind", sdk.Kinds())
	if err != nil {
		return err
	}
	limit, err := x.limit()
	if err != nil {
		return err
	}
	after, err := x.after()
	if err != nil {
		return err
	}
	all, err := s.Journal.Deliveries(x.r.Context(), journal.DeliveryQuery{
		Appeal: x.query.Get("appeal"), Link: x.query.Get("link"), Kind: kind, States: states, After: after, Limit: limit + 1,
	})
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, cut(all, limit, showDelivery, func(d *journal.Delivery) string { return strconv.FormatInt(d.ID, 10) }))
}

// reason is the body of a decision.
type reason struct {
	Why string `json:"why"`
}

func (r reason) check() error { return checkWhy(r.Why) }

func checkWhy(why string) error {
	if len([]rune(why)) <= sdk.MaxTitle {
		return nil
	}
	return &sdk.ValidationError{Problems: []sdk.Problem{{
		Path: "/why", Rule: sdk.RuleMaxLength, Why: "is longer than " + strconv.Itoa(sdk.MaxTitle) + " characters",
	}}}
}

// retry makes a waiting or dead delivery due now.
func (s *server) retry(x *exchange) error { return s.decide(x, journal.ActRetry) }

// skip gives a delivery up and lets those behind it go.
func (s *server) skip(x *exchange) error { return s.decide(x, journal.ActSkip) }

func (s *server) decide(x *exchange, kind journal.ActionKind) error {
	id, err := x.number("id")
	if err != nil {
		return err
	}
	var body reason
	if err := x.read(&body); err != nil {
		return err
	}
	if err := body.check(); err != nil {
		return err
	}
	return s.act(x, journal.Action{Kind: kind, IDs: []int64{id}, Why: body.Why})
}

// replayMost bounds the dead letters of one replay that names no bound.
const replayMost = 1000

// replay makes dead letters due again, those that a filter finds.
func (s *server) replay(x *exchange) error {
	var body struct {
		Filter struct {
			Link   named `json:"link"`
			Kind   named `json:"kind"`
			Appeal named `json:"appeal"`
		} `json:"filter"`
		From   named  `json:"from"`
		DryRun bool   `json:"dry_run"`
		Why    string `json:"why"`
		Max    int    `json:"max"`
	}
	if err := x.read(&body); err != nil {
		return err
	}
	if err := checkWhy(body.Why); err != nil {
		return err
	}
	if body.Max < 0 || body.Max > replayMost {
		return invalid.with("max is not a number of 0 to %d", replayMost)
	}
	if body.Max == 0 {
		body.Max = replayMost
	}
	link, kind, appeal := string(body.Filter.Link), sdk.Kind(body.Filter.Kind), string(body.Filter.Appeal)
	switch body.From {
	case "", "journal":
		if err := checkKind(kind, sdk.Kinds()); err != nil {
			return err
		}
	case "topic":
		if err := checkKind(kind, letterKinds()); err != nil {
			return err
		}
		return s.replayTopic(x, letterFilter{link, string(kind), appeal}, body.Max, body.DryRun, body.Why)
	default:
		return invalid.with("from is neither journal nor topic")
	}
	return s.act(x, journal.Action{
		Kind: journal.ActRetry, Why: body.Why, DryRun: body.DryRun,
		Filter: journal.DeliveryQuery{
			Appeal: appeal, Link: link, Kind: kind,
			States: []journal.DeliveryState{journal.DeliveryDeadly}, Limit: body.Max,
		},
	})
}

// checkKind holds a filter's kind to those that there are.
func checkKind(kind sdk.Kind, all []sdk.Kind) error {
	if kind != "" && !slices.Contains(all, kind) {
		return invalid.with("filter: the kind is none of %s", listed(all))
	}
	return nil
}

// act carries a decision out and answers with the deliveries it touched.
func (s *server) act(x *exchange, a journal.Action) error {
	a.Actor, a.At = x.actor, s.Now()
	ids, err := s.Journal.Act(x.r.Context(), a)
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, struct {
		Deliveries []int64 `json:"deliveries"`
		DryRun     bool    `json:"dry_run"`
	}{ids, a.DryRun})
}
