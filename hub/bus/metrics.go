package bus

import (
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the bus's counts.
type metrics struct {
	failures *prometheus.CounterVec
}

func newMetrics(to prometheus.Registerer, log *slog.Logger) metrics {
	m := metrics{failures: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "appealhub_bus_produce_errors_total",
		Help: "Messages that the brokers did not take.",
	}, []string{"topic"})}
	if to == nil {
		return m
	}
	if err := to.Register(m.failures); err != nil {
		log.Error("metric can't be registered", "err", err)
	}
	return m
}

func (m *metrics) failed(topic string) { m.failures.WithLabelValues(topic).Inc() }
