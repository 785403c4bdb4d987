package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/IBM/sarama"
)

// The gates' measures.
const (
	trialEvery = time.Second // between two trials of a partition that does not take messages
	trialTime  = time.Second // how long a caller waits for one
)

// gates keep callers from inbound partitions that don't take messages, so that they
// hear of it at once and not after the producer's time. A message that the brokers
// did not take shuts the gate of its partition, and has the others looked at. Of
// those who come to a gate that is shut one at a time makes a trial: it asks the
// brokers how the partition is, and then sends its message. Whoever is refused has
// sent nothing.
type gates struct {
	log  *slog.Logger
	shut atomic.Int32 // how many; at 0 nobody need look
	mu   sync.Mutex
	all  []gate
	used int // how many of them are partitions' that there are
}

// gate is one partition's.
type gate struct {
	why   error         // of the last failure; nil: open
	next  time.Time     // of the trial
	met   time.Time     // when a message was refused last
	trial chan struct{} // closed at the end of the one under way; nil: none
}

func newGates(partitions int32, log *slog.Logger) *gates {
	return &gates{log: log, all: make([]gate, partitions), used: int(partitions)}
}

// resize has gates for so many partitions. One that is no partition's any more is open.
func (g *gates) resize(partitions int32) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.used = int(partitions)
	for len(g.all) < g.used {
		g.all = append(g.all, gate{})
	}
	for p := range g.all[g.used:] {
		if one := &g.all[g.used+p]; one.why != nil {
			one.why = nil
			g.shut.Add(-1)
		}
	}
}

// pass lets a caller through, or says why not. With trial the caller makes one, and
// says by ended how it ended. It waits for another one's trial, trialTime at most.
func (g *gates) pass(ctx context.Context, partition int32) (trial bool, err error) {
	patience := time.NewTimer(trialTime)
	defer patience.Stop()
	for {
		others, trial, err := g.look(partition)
		if others == nil {
			return trial, err
		}
		select {
		case <-others:
		case <-patience.C:
			return false, err
		case <-ctx.Done():
			return false, errors.Join(ErrUnavailable, context.Cause(ctx))
		}
	}
}

// look says whether a partition takes messages, whether the caller makes the trial,
// or which other one is under way.
func (g *gates) look(partition int32) (others <-chan struct{}, trial bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	one := &g.all[partition]
	if one.why == nil {
		return nil, false, nil
	}
	err = fmt.Errorf("partition %d took no message lately: %w", partition, one.why)
	switch {
	case one.trial != nil:
		return one.trial, false, err
	case time.Now().Before(one.next):
		return nil, false, err
	}
	one.trial = make(chan struct{})
	return nil, true, nil
}

// told hears how a message that was let through ended.
func (g *gates) told(partition int32, err error) {
	switch {
	case err == nil && g.shut.Load() == 0, errors.Is(err, ErrTooLarge): // that says nothing of the partition
		return
	case err == nil:
		g.open(partition)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if int(partition) >= g.used {
		return // of a topic that is no more
	}
	if g.shut.Load() == 0 {
		g.log.Warn("the brokers don't take messages: what comes in is refused until they do", "partition", partition, "err", err)
	}
	if g.all[partition].why == nil {
		g.doubt(err)
	}
	now := time.Now()
	g.all[partition].why, g.all[partition].met, g.all[partition].next = err, now, now.Add(trialEvery)
}

// deniedFor is how long what a message was denied speaks against readiness: who keeps away
// meanwhile is to try again.
const deniedFor = 30 * time.Second

// denied says which partition has denied a message for want of a right lately: the
// brokers tell that of nothing else that can be asked.
func (g *gates) denied() error {
	if g.shut.Load() == 0 {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for p := range g.all {
		if one := &g.all[p]; errors.Is(one.why, sarama.ErrTopicAuthorizationFailed) && time.Since(one.met) < deniedFor {
			return fmt.Errorf("partition %d: %w", p, one.why)
		}
	}
	return nil
}

// doubt shuts all gates, each until it is looked at.
func (g *gates) doubt(why error) {
	for p := range g.all[:g.used] {
		if g.all[p].why == nil {
			g.all[p].why = why
			g.shut.Add(1)
		}
	}
}

// ended hears how a trial ended.
func (g *gates) ended(partition int32, err error) {
	switch {
	case err == nil:
		g.open(partition)
	case !errors.Is(err, ErrTooLarge):
		g.told(partition, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.all[partition].trial)
	g.all[partition].trial = nil
}

// open lets everybody through to a partition.
func (g *gates) open(partition int32) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all[partition].why == nil {
		return
	}
	g.all[partition].why, g.all[partition].next = nil, time.Time{}
	if g.shut.Add(-1) == 0 {
		g.log.Info("the brokers take messages again")
	}
}
