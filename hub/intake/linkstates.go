package intake

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
)

// askTime bounds a question to a journal that need not answer.
const askTime = 2 * time.Second

// linkStates are the links' states as this node knew them last. They stand in for
// the journal while it is down and the inbound topic takes what comes in.
type linkStates struct {
	mu     sync.Mutex
	byLink map[string]journal.LinkState
}

func (s *linkStates) get(link string) journal.LinkState {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := s.byLink[link]
	state.Link = link
	return state
}

func (s *linkStates) set(link string, f func(*journal.LinkState)) {
	state := s.get(link)
	f(&state)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byLink == nil {
		s.byLink = map[string]journal.LinkState{}
	}
	s.byLink[link] = state
}

// unavailable reports whether err says that the journal can't be asked, and not
// that ctx has ended.
func unavailable(ctx context.Context, err error) bool {
	return ctx.Err() == nil && (errors.Is(err, journal.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded))
}

func (in *Intake) linkState(ctx context.Context, link string) (journal.LinkState, error) {
	if in.cfg.Bus == nil {
		return in.cfg.Journal.LinkState(ctx, link)
	}
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	state, err := in.cfg.Journal.LinkState(asking, link)
	if unavailable(ctx, err) {
		return in.known.get(link), nil
	}
	if err == nil {
		in.known.set(link, func(s *journal.LinkState) { *s = state })
	}
	return state, err
}

func (in *Intake) setLink(ctx context.Context, link string, f func(*journal.LinkState)) error {
	if in.cfg.Bus == nil {
		return in.cfg.Journal.SetLink(ctx, link, "", in.now(), f)
	}
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	err := in.cfg.Journal.SetLink(asking, link, "", in.now(), f)
	if unavailable(ctx, err) {
		in.known.set(link, f)
		return nil
	}
	return err
}
