package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/spool"
)

// graceLeast is how long a file that nobody needs is kept at least where no topic
// stands before the journal: an upload waits for the appeal that names it.
const graceLeast = 24 * time.Hour

// sweepAsked is what an operator asks for.
type sweepAsked struct {
	Grace  string `json:"grace"`
	DryRun bool   `json:"dry_run"`
}

// gc removes files that no appeal needs and that nobody has put for a while.
func (s *server) gc(x *exchange) error {
	asked := sweepAsked{}
	if err := x.read(&asked); err != nil {
		return err
	}
	grace, err := s.grace(asked.Grace)
	if err != nil {
		return err
	}
	before := s.Now().Add(-grace)
	if err := s.allRead(x.r.Context(), before); err != nil {
		return err
	}
	needs, ok := s.Journal.(journal.Referencer)
	if !ok {
		return badState.with("this journal does not tell which files are needed")
	}
	swept, err := s.Spool.Sweep(x.r.Context(), spool.Sweep{Before: before, DryRun: asked.DryRun, Referenced: func(ctx context.Context, digests []string) ([]string, error) {
		return needs.Referenced(ctx, digests...)
	}})
	if err != nil {
		return err
	}
	if !asked.DryRun {
		s.Log.Info("files that no appeal needs were removed", "actor", x.actor, "removed", swept.Removed, "bytes", swept.RemovedBytes, "before", before)
	}
	return x.answer(http.StatusOK, swept)
}

// grace is no shorter than what a message may wait in the inbound topic.
func (s *server) grace(text string) (time.Duration, error) {
	least := graceLeast
	if s.Bus != nil {
		least = max(least, s.Bus.Retention())
	}
	if text == "" {
		return max(least, 7*24*time.Hour), nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < least {
		return 0, badRequest.with("grace is no length of time of %v or more, such as 168h", least)
	}
	return d, nil
}

// allRead refuses while messages wait in the inbound topic that are older than
// the files to be removed: they may name them.
func (s *server) allRead(ctx context.Context, before time.Time) error {
	if s.Bus == nil {
		return nil
	}
	journalled, ok := s.Journal.(journal.Buffered)
	if !ok {
		return badState.with("this journal has no inbound topic")
	}
	topic := s.Bus.Inbound()
	for p := range topic.Partitions {
		from, err := s.Bus.OffsetAt(ctx, p, before)
		if err != nil {
			return err
		}
		next, err := journalled.Offset(ctx, topic.ID, p)
		if errors.Is(err, journal.ErrNotFound) {
			next, err = 0, nil
		}
		if err != nil {
			return err
		}
		if next < from {
			return badState.with("messages of before %s are not read yet: wait until the journal has them", before.UTC().Format(time.RFC3339))
		}
	}
	return nil
}
