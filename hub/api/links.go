package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// The states of a link.
const (
	linkUp     = "up"
	linkDown   = "down"
	linkPaused = "paused"
)

// stateOf says in a word how a link is.
func stateOf(s *journal.LinkState) string {
	switch {
	case s.Paused:
		return linkPaused
	case s.Down():
		return linkDown
	}
	return linkUp
}

type linkForm struct {
	Name      string    `json:"name"`
	Connector string    `json:"connector"`
	State     string    `json:"state"`
	PausedBy  string    `json:"paused_by,omitzero"`
	DownSince time.Time `json:"down_since,omitzero"`
	NextProbe time.Time `json:"next_probe_at,omitzero"`
	Failures  int       `json:"failures"`
	LastKind  sdk.Kind  `json:"last_kind,omitzero"`
	LastError string    `json:"last_error,omitzero"`
	Open      int64     `json:"open"`
	Dead      int64     `json:"dead"`
	OldestAt  time.Time `json:"oldest_at,omitzero"`
}

func showLink(l *link.Link, s *journal.LinkState, n journal.LinkStats) linkForm {
	return linkForm{
		Name: l.Name(), Connector: l.Config().Connector, State: stateOf(s), PausedBy: s.PausedBy, DownSince: s.DownSince,
		NextProbe: s.NextProbe, Failures: s.Failures, LastKind: s.LastKind, LastError: s.LastError,
		Open: n.Open, Dead: n.Dead, OldestAt: n.Oldest,
	}
}

// linkState is a link's state; of one that is well, with what its first feed that
// can't be read met.
func (s *server) linkState(ctx context.Context, l *link.Link) (journal.LinkState, error) {
	state, err := s.Journal.LinkState(ctx, l.Name())
	if err != nil || state.Paused || state.LastKind != "" {
		return state, err
	}
	for _, feed := range intake.Feeds(l.Can()) {
		of, err := s.Journal.LinkState(ctx, journal.FeedOf(l.Name(), feed))
		if err != nil {
			return state, err
		}
		if of.LastKind != "" {
			state.LastKind, state.LastError = of.LastKind, of.LastError
			break
		}
	}
	return state, nil
}

// listLinks lists the links by name; there is one page.
func (s *server) listLinks(x *exchange) error {
	if _, err := x.limit(); err != nil {
		return err
	}
	stats, err := s.Journal.Stats(x.r.Context())
	if err != nil {
		return err
	}
	out := page[linkForm]{Items: []linkForm{}}
	for _, l := range s.Links {
		state, err := s.linkState(x.r.Context(), l)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, showLink(l, &state, stats.Links[l.Name()]))
	}
	return x.answer(http.StatusOK, out)
}

// linkHistory lists what happened to a link itself, newest first.
func (s *server) linkHistory(x *exchange) error {
	l, err := s.named(x, "name")
	if err != nil {
		return err
	}
	limit, err := x.limit()
	if err != nil {
		return err
	}
	before, err := x.after()
	if err != nil {
		return err
	}
	all, err := s.Journal.LinkHistory(x.r.Context(), l.Name(), before, limit+1)
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, cut(all, limit, journal.DocumentOf, func(e *journal.Event) string { return strconv.FormatInt(e.Sequence, 10) }))
}

// named returns the link of the path.
func (s *server) named(x *exchange, param string) (*link.Link, error) {
	if l := s.links[x.r.PathValue(param)]; l != nil {
		return l, nil
	}
	return nil, missing.with("there is no link of this name")
}

// link shows one link.
func (s *server) link(x *exchange) error {
	l, err := s.named(x, "name")
	if err != nil {
		return err
	}
	return s.answerLink(x, l)
}

func (s *server) answerLink(x *exchange, l *link.Link) error {
	stats, err := s.Journal.Stats(x.r.Context())
	if err != nil {
		return err
	}
	state, err := s.linkState(x.r.Context(), l)
	if err != nil {
		return err
	}
	return x.answer(http.StatusOK, showLink(l, &state, stats.Links[l.Name()]))
}

// pause stops the calls of a link until it is resumed. The reason given goes on
// record where a refusal of the system's would stand.
func (s *server) pause(x *exchange) error {
	var body reason
	if err := x.read(&body); err != nil {
		return err
	}
	if err := body.check(); err != nil {
		return err
	}
	return s.setLink(x, func(state *journal.LinkState) {
		if state.Paused && state.PausedBy != "" {
			return
		}
		state.Paused, state.PausedBy, state.LastKind, state.LastError = true, x.actor, "", body.Why
	})
}

// resume ends a pause, whoever made it; a link that is down is probed at once.
func (s *server) resume(x *exchange) error {
	if err := x.read(&struct{}{}); err != nil {
		return err
	}
	return s.setLink(x, func(state *journal.LinkState) {
		if !state.Paused {
			return
		}
		state.Paused, state.PausedBy, state.LastKind, state.LastError = false, "", "", ""
		if state.Down() {
			state.NextProbe = journal.Cut(s.Now())
		}
	})
}

func (s *server) setLink(x *exchange, f func(*journal.LinkState)) error {
	l, err := s.named(x, "name")
	if err != nil {
		return err
	}
	if err := s.Journal.SetLink(x.r.Context(), l.Name(), x.actor, s.Now(), f); err != nil {
		return err
	}
	s.Dispatch.Reload(x.r.Context(), l.Name())
	return s.answerLink(x, l)
}

// check asks the link's system now and shows how the link is then.
func (s *server) check(x *exchange) error {
	if err := x.read(&struct{}{}); err != nil {
		return err
	}
	l, err := s.named(x, "name")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(x.r.Context(), checkLimit)
	defer cancel()
	asked := s.Dispatch.Check(ctx, l.Name())
	if err := x.r.Context().Err(); err != nil {
		return err
	}
	return s.answerChecked(x, l, asked)
}

// checkLimit bounds the wait for a link's system.
const checkLimit = time.Minute

// checkedForm is a link as a check of this moment found it.
type checkedForm struct {
	linkForm `json:",inline"`
	OK       bool `json:"ok"` // the system answered and took the credentials
}

// answerChecked shows a link that did not answer as down, though the journal
// takes it down only after several failures. A connector that can't check tells
// nothing new.
func (s *server) answerChecked(x *exchange, l *link.Link, asked error) error {
	state, err := s.linkState(x.r.Context(), l)
	if err != nil {
		return err
	}
	stats, err := s.Journal.Stats(x.r.Context())
	if err != nil {
		return err
	}
	out := checkedForm{linkForm: showLink(l, &state, stats.Links[l.Name()]), OK: asked == nil}
	if asked != nil {
		out.LastKind, out.LastError = sdk.KindOf(asked), asked.Error()
		if out.State == linkUp && out.LastKind != sdk.Unsupported {
			out.State = linkDown
		}
	}
	return x.answer(http.StatusOK, out)
}
