package hub

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/appealhub/appealhub/hub/journal"
)

const (
	// archiveTime is the time between two walks through the journal.
	archiveTime = time.Hour
	// archiveAgain is the time after one that failed.
	archiveAgain = time.Minute
	// archiveLease is how long no other node walks. It outlives the time between
	// two walks, so that one node's are enough.
	archiveLease = archiveTime + 10*time.Minute
	// archiveStep bounds the appeals that one transaction looks at.
	archiveStep = 200
	// archiveRest is the least time between two of them; after a slow one it is as
	// long as that took.
	archiveRest = 20 * time.Millisecond
)

// archiving archives appeals that have been over for long, one node at a time. It
// remembers nothing: what is archived is no longer walked through.
type archiving struct {
	journal journal.Archiver
	leases  journal.Leaser
	after   time.Duration
	moved   prometheus.Counter
	log     *slog.Logger
}

// newArchiving is nil where nothing is ever archived.
func newArchiving(j journal.Journal, after time.Duration, metrics prometheus.Registerer, log *slog.Logger) *archiving {
	archiver, one := j.(journal.Archiver)
	leases, two := j.(journal.Leaser)
	if !one || !two || after == 0 {
		return nil
	}
	a := &archiving{journal: archiver, leases: leases, after: after, log: log, moved: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "appealhub_archived_total",
		Help: "Appeals that this node moved to the journal's archive. One that there is news of comes back, and counts again.",
	})}
	metrics.MustRegister(a.moved)
	return a
}

// run walks at once and every archiveTime until ctx ends.
func (a *archiving) run(ctx context.Context) error {
	defer a.letGo(ctx)
	deaf := false
	for {
		n, err := a.walk(ctx)
		wait := archiveTime
		if err != nil {
			wait = archiveAgain
		}
		if err != nil && ctx.Err() == nil && !deaf {
			a.log.Warn("closed appeals can't be archived for now", "error", err)
		}
		deaf = err != nil
		if n > 0 {
			a.log.Info("closed appeals were archived", "appeals", n)
		}
		if !pause(ctx, wait) {
			return nil
		}
	}
}

// walk goes through all appeals that are not archived, unless another node does. It
// returns how many it archived.
func (a *archiving) walk(ctx context.Context) (moved int, err error) {
	for after := ""; ; {
		held, err := a.leases.Hold(ctx, archiveLease, archiveName)
		if err != nil || len(held) == 0 {
			return moved, err
		}
		begun := time.Now()
		got, err := a.journal.Archive(ctx, a.after, after, archiveStep)
		if err != nil {
			return moved, err
		}
		moved += got.Appeals
		a.moved.Add(float64(got.Appeals))
		if after = got.After; after == "" || !pause(ctx, max(archiveRest, time.Since(begun))) {
			return moved, nil
		}
	}
}

// archiveName is the lease's.
const archiveName = "archive"

// letGo gives the lease back, so that another node goes on.
func (a *archiving) letGo(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = a.leases.LetGo(ctx, archiveName) // else it ends by itself
}

// pause waits, and reports whether ctx has not ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
