package postgres

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// channel carries the wake-ups: the node that sends, a space, the link.
const channel = "appealhub"

// notifyGap is the least time between two notifications of a node. They go out
// beside the transactions: within them each would queue for the server's lock on
// its list of notifications.
const notifyGap = 7 * time.Millisecond

// listenAgain is how long a node waits that could not listen.
const listenAgain = 2 * time.Second

// notices are links that other nodes are still to be told of.
type notices struct {
	mu    sync.Mutex
	links map[string]bool
	some  chan struct{} // one element
}

func (n *notices) add(links []string) {
	if len(links) == 0 {
		return
	}
	n.mu.Lock()
	for _, link := range links {
		n.links[link] = true
	}
	n.mu.Unlock()
	select {
	case n.some <- struct{}{}:
	default:
	}
}

func (n *notices) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	links := slices.Collect(maps.Keys(n.links))
	clear(n.links)
	return links
}

// notify tells the other nodes until ctx ends. One that is not told polls.
func (j *Journal) notify(ctx context.Context) {
	gap := time.NewTimer(0)
	defer gap.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-j.told.some:
		}
		select {
		case <-ctx.Done():
			return
		case <-gap.C:
		}
		gap.Reset(notifyGap)
		_, err := j.pool.Exec(ctx, "SELECT pg_notify($1, $2 || ' ' || link) FROM unnest($3::text[]) AS k (link)", channel, j.options.Node, j.told.take())
		if err != nil && ctx.Err() == nil {
			j.options.Log.Debug("other nodes could not be told of new deliveries; they poll", "error", err)
		}
	}
}

// listen wakes this node's links when others tell of them, until ctx ends. While
// it can't, they poll.
func (j *Journal) listen(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	deaf := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		err := j.hear(ctx, func() { deaf = false })
		if !deaf && idled(err) {
			timer.Reset(0)
			continue
		}
		if ctx.Err() == nil && !deaf {
			j.options.Log.Warn("other nodes are not heard for now; deliveries are polled for", "error", err)
		}
		deaf = true
		timer.Reset(listenAgain)
	}
}

// idled reports whether the server has ended a connection on which nothing was asked for
// its idle_session_timeout: who listens asks nothing.
func idled(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "57P05"
}

// hear listens until the connection breaks.
func (j *Journal) hear(ctx context.Context, heard func()) error {
	c, err := pgx.ConnectConfig(ctx, j.pool.Config().ConnConfig)
	if err != nil {
		return failed(err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	if _, err := c.Exec(ctx, "LISTEN "+channel); err != nil {
		return failed(err)
	}
	heard()
	for {
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			return failed(err)
		}
		node, link, ok := strings.Cut(n.Payload, " ")
		if ok && node != j.options.Node {
			j.options.Ready(link)
		}
	}
}
