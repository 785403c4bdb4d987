package bench

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/appealhub/appealhub/connectors/directumrx/directumrxsim"
)

const directumPath = "/Integration/odata"

// directumShare is the part of a trial's appeals that go to a Directum RX.
const directumShare = 10

// directum measures the whole way into a Directum RX, where an appeal takes
// several calls. The simulator works in this process, beside the load.
func (s *series) directum(ctx context.Context) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var calls atomic.Int64
	sim := directumrxsim.New(directumrxsim.Config{Script: []directumrxsim.Step{}})
	counted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		sim.ServeHTTP(w, r)
	})
	server := &http.Server{Handler: counted, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(ln) }() // ends with Close
	defer server.Close()
	t := s.trial(s.cfg.Program, "directum", 32, 0)
	t.address, t.count = "http://"+ln.Addr().String(), max(1, s.cfg.Count/directumShare)
	m, err := t.run(ctx)
	if err != nil {
		return err
	}
	s.print("Directum", t.connections, 0, m, 0)
	fmt.Fprintf(s.cfg.Out, "%.1f calls an appeal\n", float64(calls.Load())/float64(t.count))
	return nil
}

// done is the hub's counter of deliveries to the sink that were settled.
const done = `appealhub_delivery_attempts_total{kind="",link="sink",outcome="done"}`

// settled waits until the hub has counted every appeal as delivered.
func (t trial) settled(ctx context.Context, url string) (time.Time, error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for bound := time.Now().Add(settleTime); metric(ctx, url, done) < float64(t.count); {
		if time.Now().After(bound) {
			return bound, fmt.Errorf("%s did not deliver %d appeals within %v", t.mode, t.count, settleTime)
		}
		select {
		case <-ctx.Done():
			return bound, ctx.Err()
		case <-tick.C:
		}
	}
	return time.Now(), nil
}
