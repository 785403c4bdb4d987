package intake

import (
	"errors"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// metrics are the way in's counts. No label holds an id or personal data.
type metrics struct {
	items    *prometheus.CounterVec
	unmapped *prometheus.CounterVec
	errors   *prometheus.CounterVec
	polled   *prometheus.GaugeVec
	terms    *prometheus.CounterVec
}

func newMetrics(to prometheus.Registerer, log *slog.Logger) metrics {
	m := metrics{
		items: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "appealhub_intake_items_total",
			Help: "Items taken in, by what became of them: appended, revised, duplicate, waiting (for the record it is about), rejected, clashed.",
		}, []string{"link", "outcome"}),
		unmapped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "appealhub_unmapped_total",
			Help: "Status changes whose external status has no canonical one.",
		}, []string{"link"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "appealhub_intake_errors_total",
			Help: "Calls of a source that failed, by what was asked (appeals, statuses, states, ack, accept) and the error's kind.",
		}, []string{"link", "call", "kind"}),
		polled: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "appealhub_poll_success_timestamp_seconds",
			Help: "When a source was last read to its end without an error (Unix time).",
		}, []string{"link", "feed"}),
		terms: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "appealhub_deadline_total",
			Help: "News of the terms of appeals: near, passed, withdrawn, moved.",
		}, []string{"event"}),
	}
	for _, news := range []sdk.DeadlineNews{sdk.DeadlineNear, sdk.DeadlinePassed, sdk.DeadlineWithdrawn, sdk.DeadlineMoved} {
		m.terms.WithLabelValues(string(news))
	}
	if to == nil {
		return m
	}
	for _, c := range []prometheus.Collector{m.items, m.unmapped, m.errors, m.polled, m.terms} {
		if err := to.Register(c); err != nil {
			log.Error("metric can't be registered", "err", err)
		}
	}
	return m
}

// outcomeRejected is the outcome of what was kept as rejected; a repeat of it
// is a duplicate like any other.
const outcomeRejected = "rejected"

// Told counts news of the terms of appeals.
func (in *Intake) Told(all []sdk.DeadlineNews) {
	for _, news := range all {
		in.metrics.terms.WithLabelValues(string(news)).Inc()
	}
}

func (m *metrics) count(e *journal.Entry, r journal.Result) {
	outcome := string(r.Outcome)
	if e.Rejected != nil && r.Outcome != journal.Duplicate {
		outcome = outcomeRejected
	}
	m.items.WithLabelValues(e.Link, outcome).Inc()
	if e.Change != nil && e.Change.Unmapped() && r.Outcome != journal.Duplicate {
		m.unmapped.WithLabelValues(e.Link).Inc()
	}
}

// failed counts a failed call and logs it. The text of the error stays out: it
// may be the system's own words.
func (in *Intake) failed(log *slog.Logger, link, call string, err error) {
	kind := sdk.KindOf(err)
	in.metrics.errors.WithLabelValues(link, call, string(kind)).Inc()
	op := ""
	if classified := (*sdk.Error)(nil); errors.As(err, &classified) {
		op = classified.Op
	}
	log.Warn("the source could not be read or told", "call", call, "kind", string(kind), "op", op)
}
