package bus

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kgo"
)

// gauge is the sum of a metric over all labels.
func gauge(t *testing.T, from *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	all, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range all {
		if family.GetName() == name {
			for _, m := range family.GetMetric() {
				sum += m.GetGauge().GetValue()
			}
		}
	}
	return sum
}

// TestPass: what a partition ends in that is no message is passed over: markers, and
// what was taken back. Nothing lags then. What a transaction that is open begins with,
// and all behind it, is waited for.
func TestPass(t *testing.T) {
	t.Parallel()
	_, cfg := cluster(t)
	metrics := prometheus.NewRegistry()
	k, err := Open(t.Context(), cfg, metrics)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	p := transactions(t, cfg, "a")
	s := newStore()
	read(t, k, s)
	begun(t, p, cfg, "committed")
	ended(t, p, kgo.TryCommit)
	s.wait(t, "the marker is passed over", func() bool { return s.count() == 1 && s.next[0] == 2 })
	begun(t, p, cfg, "aborted", "too")
	ended(t, p, kgo.TryAbort)
	s.wait(t, "what was taken back is passed over", func() bool { return s.next[0] == 5 })
	for end := time.Now().Add(20 * time.Second); gauge(t, metrics, "appealhub_bus_lag") != 0; pause(t.Context(), 10*time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("behind: %v", gauge(t, metrics, "appealhub_bus_lag"))
		}
	}
	begun(t, p, cfg, "open")
	other := transactions(t, cfg, "b")
	begun(t, other, cfg, "beside it")
	ended(t, other, kgo.TryCommit)
	if next, err := k.first(t.Context(), 0, 5); err != nil || next != 5 {
		t.Errorf("an open transaction ends at %d, %v", next, err)
	}
	ended(t, p, kgo.TryCommit)
	s.wait(t, "all", func() bool { return s.count() == 3 && s.next[0] == 9 })
	for _, c := range s.clashes {
		t.Error(c)
	}
}
