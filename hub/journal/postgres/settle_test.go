package postgres

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
)

// cutting is a planner at whose first delivery all connections break.
type cutting struct {
	journaltest.Planner
	cut func()
}

func (c *cutting) Plan(s journal.State, in journal.Input) journal.Plan {
	if in.Done != nil && c.cut != nil {
		c.cut()
		c.cut = nil
	}
	return c.Planner.Plan(s, in)
}

// TestSettledInPart: a lease that is lost has others settled in a transaction without
// it; where the database is gone by then, they are told to be settled once more, and
// can be.
func TestSettledInPart(t *testing.T) {
	url := migrated(t)
	planner := &cutting{}
	j, err := Open(t.Context(), url, Options{Options: journal.Options{Planner: planner}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- j.Run(ctx) }()
	defer func() { cancel(); <-ran; j.Close() }()
	for _, id := range []string{"1", "2"} {
		if _, err := send(t, j, id, "1"); err != nil {
			t.Fatal(err)
		}
	}
	held := claim(t, j, 9, time.Minute)
	lost, good := done(held[0]), done(held[1])
	lost.Lease = "another one's"
	planner.cut = func() {
		query(t, url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	}
	errs, err := j.Settle(t.Context(), lost, good)
	if err != nil || !errors.Is(errs[0], journal.ErrLease) || !errors.Is(errs[1], journal.ErrUnavailable) {
		t.Fatalf("got %v, %v", errs, err)
	}
	untilDone(t, func() error {
		errs, err := j.Settle(t.Context(), good)
		return errors.Join(append(errs, err)...)
	})
}
