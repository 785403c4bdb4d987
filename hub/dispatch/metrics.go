package dispatch

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are dispatch's own. No label names an appeal.
type metrics struct {
	attempts *prometheus.CounterVec   // link, outcome, kind
	seconds  *prometheus.HistogramVec // link
	up       *prometheus.GaugeVec     // link
}

func newMetrics(r prometheus.Registerer) *metrics {
	return &metrics{
		attempts: register(r, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "appealhub_delivery_attempts_total",
			Help: "Calls made for deliveries, by outcome (done, retry, dead) and the error's kind (empty without one).",
		}, []string{"link", "outcome", "kind"})),
		seconds: register(r, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "appealhub_delivery_seconds",
			Help:    "How long calls for deliveries took.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300},
		}, []string{"link"})),
		up: register(r, prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "appealhub_link_up",
			Help: "1 where the link is called; 0 while it is down or paused.",
		}, []string{"link"})),
	}
}

// register returns the collector of c's name that r holds: c, unless there was
// one already.
func register[C prometheus.Collector](r prometheus.Registerer, c C) C {
	if r == nil {
		return c
	}
	var twice prometheus.AlreadyRegisteredError
	if err := r.Register(c); errors.As(err, &twice) {
		if old, ok := twice.ExistingCollector.(C); ok {
			return old
		}
	}
	return c
}
