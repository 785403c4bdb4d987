package bench

import (
	"cmp"
	"slices"
	"time"
)

// median returns the middle of the values; of an even number the upper middle
// one. There is at least one.
func median[T cmp.Ordered](all []T) T {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// medians returns the median of each figure by itself.
func medians(all []measure) measure {
	return measure{
		rate: middle(all, func(m measure) float64 { return m.rate }),
		p50:  middle(all, func(m measure) time.Duration { return m.p50 }),
		p99:  middle(all, func(m measure) time.Duration { return m.p99 }),
		cpu:  middle(all, func(m measure) float64 { return m.cpu }),
		rss:  middle(all, func(m measure) int64 { return m.rss }),

		commits: middle(all, func(m measure) float64 { return m.commits }),
	}
}

func middle[T cmp.Ordered](all []measure, figure func(measure) T) T {
	values := make([]T, len(all))
	for i, m := range all {
		values[i] = figure(m)
	}
	return median(values)
}
