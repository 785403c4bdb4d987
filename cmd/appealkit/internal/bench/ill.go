package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/hubproc"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/load"
)

// illness is what is wrong with a receiving system.
type illness int

const (
	well     illness = iota
	poisoned         // it refuses one appeal in a thousand for good
	down             // another system, to which a tenth of the appeals goes, is down
)

// poison compares the throughput of the healthy with one appeal in a thousand
// poisoned, and with one of two links down, with that of all well.
func (s *servers) poison(ctx context.Context) error {
	var shares [3][]float64
	for range s.cfg.Rounds {
		var rates [3]float64
		for _, how := range []illness{well, poisoned, down} {
			var err error
			if rates[how], err = s.sick(ctx, how); err != nil {
				return err
			}
		}
		for how := range rates {
			shares[how] = append(shares[how], rates[how]/rates[well])
		}
	}
	s.say("(g) throughput of the others: one appeal in a thousand is refused for good: %.2f of that without; one of two links, with a tenth of the appeals, is down: %.2f",
		median(shares[poisoned]), median(shares[down]))
	return nil
}

// sick loads a hub with two links, a tenth for the second one, and returns how many
// appeals a second the first receiver took.
func (s *servers) sick(ctx context.Context, how illness) (rate float64, err error) {
	second, err := newReceiver()
	if err != nil {
		return 0, err
	}
	defer second.close()
	p, err := s.place(ctx)
	if err != nil {
		return 0, err
	}
	s.receiver.reset(false)
	second.reset(how == down)
	s.receiver.poison(how == poisoned)
	defer s.receiver.poison(false)
	t := s.trial(p, 32)
	t.second, t.count = second.address, s.cfg.Count*9/10
	process, err := t.start(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, process.Stop(time.Minute), os.RemoveAll(t.dir)) }()
	begun := time.Now()
	if err := errors.Join(s.both(ctx, process, t.count)...); err != nil {
		return 0, err
	}
	last, err := t.delivered(ctx, "")
	return float64(t.count) / last.Sub(begun).Seconds(), err
}

// both submits the appeals of both links at once.
func (s *servers) both(ctx context.Context, p *hubproc.Process, first int) (errs []error) {
	loads := []load.Config{{Connections: 29, Count: first, Body: s.cfg.Body}, {Connections: 3, Count: s.cfg.Count - first, Body: fastTrack(s.cfg.Body)}}
	errs = make([]error, len(loads))
	var sending sync.WaitGroup
	for i, cfg := range loads {
		sending.Go(func() {
			cfg.URL = p.URL
			sent, err := load.Run(ctx, cfg)
			if err == nil && sent.Accepted != cfg.Count {
				err = fmt.Errorf("accepted %d of %d: %v, %s", sent.Accepted, cfg.Count, sent.Refused, sent.LastFail)
			}
			errs[i] = err
		})
	}
	sending.Wait()
	return errs
}

// fastTrack is the document as one that the second link gets.
func fastTrack(body []byte) []byte {
	return bytes.Replace(body, []byte("{"), []byte(`{"fast_track":true,`), 1)
}
