package bench

import (
	"testing"
	"time"
)

// TestMedians: each figure has a median of its own; one wild trial moves none.
func TestMedians(t *testing.T) {
	got := medians([]measure{
		{rate: 100, p50: time.Second, p99: 9 * time.Second, cpu: 0.3, rss: 5, commits: 8},
		{rate: 5, p50: time.Minute, p99: time.Hour, cpu: 9, rss: 900, commits: 1},
		{rate: 120, p50: 2 * time.Second, p99: 8 * time.Second, cpu: 0.2, rss: 6, commits: 9},
	})
	want := measure{rate: 100, p50: 2 * time.Second, p99: 9 * time.Second, cpu: 0.3, rss: 6, commits: 8}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := median([]int{3, 1, 4, 2}); got != 3 {
		t.Errorf("of an even number: %d", got)
	}
}
