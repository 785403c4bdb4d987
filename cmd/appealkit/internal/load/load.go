// Package load submits appeals to a hub over its API as fast as a number of
// connections can, or at a given rate, and measures what comes back.
//
// Each connection speaks just enough HTTP/1.1 to send a request that was made
// beforehand and to read the answer's status, so that the generator takes little
// of the machine that it shares with the hub. It is not a general client.
package load

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Config says what to send where.
type Config struct {
	URL         string // of the hub: http://127.0.0.1:8080
	Token       string // of the API; empty: none
	Connections int    // 32
	Count       int    // appeals in all
	Rate        int    // appeals a second in all; 0: as fast as it goes
	Body        []byte // an appeal.v1 document
}

// Result is what was measured.
type Result struct {
	Accepted int
	Elapsed  time.Duration
	Took     []time.Duration // of each accepted appeal, shortest first
	Refused  map[int]int     // HTTP status → count
	Broken   int             // connections that broke, and were opened again
	LastFail string
}

// Quantile returns the time within which the share q of the appeals was
// accepted.
func (r Result) Quantile(q float64) time.Duration {
	if len(r.Took) == 0 {
		return 0
	}
	return r.Took[min(len(r.Took)-1, int(q*float64(len(r.Took))))]
}

// Rate returns accepted appeals a second.
func (r Result) Rate() float64 { return float64(r.Accepted) / r.Elapsed.Seconds() }

// Run sends appeals until Count of them were answered or ctx ends.
func Run(ctx context.Context, cfg Config) (Result, error) {
	at, err := parse(cfg.URL)
	if err != nil {
		return Result{}, err
	}
	if cfg.Connections <= 0 {
		cfg.Connections = 32
	}
	senders := make([]*sender, cfg.Connections)
	var left atomic.Int64
	left.Store(int64(cfg.Count))
	begun := time.Now()
	var working sync.WaitGroup
	for i := range senders {
		own := request(at, cfg)
		senders[i] = &sender{host: dialed(at), request: own, stamp: stampIn(own), left: &left, refused: map[int]int{}, gap: gap(cfg)}
		working.Go(func() { senders[i].run(ctx) })
	}
	working.Wait()
	return gather(senders, time.Since(begun)), ctx.Err()
}

// parse reads the hub's address. The senders speak no TLS, and a token is not sent in
// clear where its owner wrote https.
func parse(address string) (*url.URL, error) {
	at, err := url.Parse(address)
	if err != nil || at.Scheme != "http" || at.Hostname() == "" {
		return nil, fmt.Errorf("url %q is not an address such as http://127.0.0.1:8080 (https is not spoken)", address)
	}
	return at, nil
}

// dialed is the host and port of an address, HTTP's where it names none.
func dialed(at *url.URL) string {
	if at.Port() == "" {
		return net.JoinHostPort(at.Hostname(), "80")
	}
	return at.Host
}

// gap is the time between two appeals of one connection.
func gap(cfg Config) time.Duration {
	if cfg.Rate <= 0 {
		return 0
	}
	return time.Duration(float64(time.Second) * float64(cfg.Connections) / float64(cfg.Rate))
}

func request(at *url.URL, cfg Config) []byte {
	head := "POST /api/v1/appeals HTTP/1.1\r\nHost: " + at.Host + "\r\nContent-Type: application/json\r\n"
	if cfg.Token != "" {
		head += "Authorization: Bearer " + cfg.Token + "\r\n"
	}
	return append(fmt.Appendf(nil, "%sContent-Length: %d\r\n\r\n", head, len(cfg.Body)), cfg.Body...)
}

func gather(senders []*sender, elapsed time.Duration) Result {
	r := Result{Elapsed: elapsed, Refused: map[int]int{}}
	for _, s := range senders {
		r.Took = append(r.Took, s.took...)
		r.Broken += s.broken
		for status, n := range s.refused {
			r.Refused[status] += n
		}
		if s.lastFail != "" {
			r.LastFail = s.lastFail
		}
	}
	r.Accepted = len(r.Took)
	slices.Sort(r.Took)
	return r
}
