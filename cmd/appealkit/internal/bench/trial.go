package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/hubproc"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/load"
)

// trial is one process under one load.
type trial struct {
	program     string // this program, or the one built with failpoints
	mode        string // hub or bound
	dir         string
	connections int
	count       int
	fsyncDelay  time.Duration
	body        []byte
	receiver    *receiver
	address     string // of the receiving system
	second      string // of another one, for what is on the fast track; none if empty
	journal     string // sqlite if empty
	bus         string // embedded if empty
}

// measure is what a trial gave.
type measure struct {
	rate     float64 // appeals a second, from the first request to the last delivery
	p50, p99 time.Duration
	cpu      float64 // CPU s of the process per 1,000 appeals
	rss      int64   // bytes, the most
	commits  float64 // appeals a commit, all commits counted
}

// settleTime bounds the time from the last answer to the last delivery.
const settleTime = 2 * time.Minute

// run starts the process on an empty folder, loads it and ends it.
func (t trial) run(ctx context.Context) (measure, error) {
	p, err := t.start(ctx)
	if err != nil {
		return measure{}, err
	}
	m, err := t.load(ctx, p)
	return m, errors.Join(err, p.Stop(time.Minute))
}

// start starts the process and waits until it is ready.
func (t trial) start(ctx context.Context) (*hubproc.Process, error) {
	address, err := hubproc.FreeAddress()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(t.dir, 0o700); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(t.dir, "process.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the process has its own
	p, err := hubproc.Start(hubproc.Config{
		Program: t.program,
		Args:    t.args(address),
		Env:     []string{"APPEALHUB_FSYNC_DELAY=" + t.fsyncDelay.String()},
		URL:     "http://" + address,
		Log:     log,
	})
	if err != nil {
		return nil, err
	}
	ready, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := p.Ready(ready); err != nil {
		p.Kill()
		return nil, fmt.Errorf("%s: %w (see %s)", t.mode, err, log.Name())
	}
	return p, nil
}

// args are the process's, listening at the address. None is empty: that would be an
// error of usage.
func (t trial) args(address string) []string {
	out := []string{"bench", "process", t.mode, "--dir", t.dir, "--listen", address, "--receiver", t.address, "--journal", cmp.Or(t.journal, "sqlite"), "--bus", cmp.Or(t.bus, "embedded")}
	if t.second != "" {
		out = append(out, "--second", t.second)
	}
	return out
}

// load submits the appeals and waits until each has been delivered.
func (t trial) load(ctx context.Context, p *hubproc.Process) (measure, error) {
	t.receiver.reset(false)
	before, err := p.Usage()
	if err != nil {
		return measure{}, err
	}
	commitsBefore := metric(ctx, p.URL, commits)
	begun := time.Now()
	sent, err := load.Run(ctx, load.Config{URL: p.URL, Connections: t.connections, Count: t.count, Body: t.body})
	if err != nil {
		return measure{}, err
	}
	if sent.Accepted != t.count {
		return measure{}, fmt.Errorf("%s accepted %d of %d: by status %v, %d connections broke, %s", t.mode, sent.Accepted, t.count, sent.Refused, sent.Broken, sent.LastFail)
	}
	arrived := t.delivered
	if t.mode == "directum" {
		arrived = t.settled
	}
	last, err := arrived(ctx, p.URL)
	if err != nil {
		return measure{}, err
	}
	after, err := p.Usage()
	return measure{
		rate: float64(t.count) / last.Sub(begun).Seconds(),
		p50:  sent.Quantile(0.5), p99: sent.Quantile(0.99),
		cpu:     (after.CPU - before.CPU).Seconds() * 1000 / float64(t.count),
		rss:     after.RSS,
		commits: float64(t.count) / max(1, metric(ctx, p.URL, commits)-commitsBefore),
	}, err
}

// delivered waits until the receiver has every appeal, and a moment more for
// the last settlements; it returns when the last appeal came.
func (t trial) delivered(ctx context.Context, _ string) (time.Time, error) {
	for bound := time.Now().Add(settleTime); ; {
		came, again, short, last := t.receiver.count()
		switch {
		case short > 0:
			return last, fmt.Errorf("%s delivered %d appeals cut short", t.mode, short)
		case again > 0:
			return last, fmt.Errorf("%s delivered %d appeals twice", t.mode, again)
		case came == t.count:
			time.Sleep(200 * time.Millisecond)
			return last, nil
		case time.Now().After(bound):
			return last, fmt.Errorf("%s delivered %d of %d within %v", t.mode, came, t.count, settleTime)
		}
		select {
		case <-ctx.Done():
			return last, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// commits is the process's counter of commits.
const commits = "appealhub_journal_commits_total"

// metric reads one of the process's figures; 0 where it has none of the name.
func metric(ctx context.Context, url, name string) float64 {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/metrics", nil)
	if err != nil {
		return 0
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(body)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				return 0
			}
			return n
		}
	}
	return 0
}
