package api

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/appealhub/appealhub/hub/journal"
)

// statsLimit bounds the count that one scrape waits for.
const statsLimit = 5 * time.Second

// stats turns the journal's counts into metrics when they are asked for.
type stats struct {
	journal journal.Journal
	now     func() time.Time
	links   []string
	oldest  *prometheus.Desc
	dead    *prometheus.Desc
	open    *prometheus.Desc
	parked  *prometheus.Desc
	commits *prometheus.Desc
}

// NewStats makes the collector of the journal's counts: deliveries by link, of each
// of the links named and any other that has some, and what is parked by reason.
func NewStats(j journal.Journal, now func() time.Time, links ...string) prometheus.Collector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("appealhub_"+name, help, labels, nil)
	}
	return &stats{
		journal: j,
		now:     now,
		links:   links,
		oldest:  desc("oldest_undelivered_seconds", "Age of the oldest delivery that is not settled.", "link"),
		dead:    desc("dead_letters", "Deliveries that wait for an operator.", "link"),
		open:    desc("deliveries_open", "Deliveries that are not settled, dead letters among them.", "link"),
		parked:  desc("parked", "Things that wait for knowledge or for an operator.", "reason"),
		commits: desc("journal_commits_total", "Transactions of the journal that were made durable."),
	}
}

// Describe is prometheus.Collector's.
func (s *stats) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{s.oldest, s.dead, s.open, s.parked, s.commits} {
		ch <- d
	}
}

// Collect is prometheus.Collector's. A journal that does not answer costs its
// own metrics and no others.
func (s *stats) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), statsLimit)
	defer cancel()
	got, err := s.journal.Stats(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(s.open, err)
		return
	}
	gauge := func(d *prometheus.Desc, v float64, label string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, label)
	}
	for _, name := range s.links {
		if _, some := got.Links[name]; !some {
			got.Links[name] = journal.LinkStats{}
		}
	}
	for name, l := range got.Links {
		age := 0.0
		if l.Open > 0 && !l.Oldest.IsZero() {
			age = max(0, s.now().Sub(l.Oldest).Seconds())
		}
		gauge(s.oldest, age, name)
		gauge(s.dead, float64(l.Dead), name)
		gauge(s.open, float64(l.Open), name)
	}
	ch <- prometheus.MustNewConstMetric(s.commits, prometheus.CounterValue, float64(got.Commits))
	for why, n := range got.Parked {
		gauge(s.parked, float64(n), string(why))
	}
}
