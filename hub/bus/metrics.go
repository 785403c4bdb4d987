package bus

import (
	"log/slog"
	"strconv"
	"sync"

	"github.com/IBM/sarama"
	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the bus's counts.
type metrics struct {
	failures *prometheus.CounterVec
	lost     prometheus.Counter
}

func newMetrics(to prometheus.Registerer, log *slog.Logger, more ...prometheus.Collector) metrics {
	m := metrics{failures: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "appealhub_bus_produce_errors_total",
		Help: "Messages that the brokers did not take.",
	}, []string{"topic"}), lost: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "appealhub_bus_lost_total",
		Help: "Offsets of the inbound topic that the brokers deleted before the journal had read them.",
	})}
	if to == nil {
		return m
	}
	for _, c := range append(more, m.failures, m.lost) {
		if err := to.Register(c); err != nil {
			log.Error("metric can't be registered", "err", err)
		}
	}
	return m
}

func (m *metrics) failed(topic string) { m.failures.WithLabelValues(topic).Inc() }

// watch tells how the topics are when it is asked: how far this node's partitions
// of the inbound topic are behind, and how many replicas are in sync.
type watch struct {
	kafka    *Kafka
	lag, isr *prometheus.Desc

	mu    sync.Mutex
	mine  map[int32]sarama.ConsumerGroupClaim
	reads map[int32]int64 // the next offset
}

func newWatch(k *Kafka) *watch {
	return &watch{
		kafka: k, mine: map[int32]sarama.ConsumerGroupClaim{}, reads: map[int32]int64{},
		lag: prometheus.NewDesc("appealhub_bus_lag", "Messages of this node's inbound partitions that are not in the journal yet.", []string{"partition"}, nil),
		isr: prometheus.NewDesc("appealhub_bus_isr", "In-sync replicas of each inbound partition, as the brokers last told.", []string{"partition"}, nil),
	}
}

// follow begins to watch a partition.
func (w *watch) follow(c sarama.ConsumerGroupClaim, next int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mine[c.Partition()], w.reads[c.Partition()] = c, next
}

// leave ends it.
func (w *watch) leave(partition int32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.mine, partition)
}

// Describe is prometheus.Collector's.
func (w *watch) Describe(to chan<- *prometheus.Desc) {
	to <- w.lag
	to <- w.isr
}

// Collect is prometheus.Collector's. It asks no broker.
func (w *watch) Collect(to chan<- prometheus.Metric) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for p, c := range w.mine {
		behind := max(0, c.HighWaterMarkOffset()-w.reads[p])
		to <- prometheus.MustNewConstMetric(w.lag, prometheus.GaugeValue, float64(behind), strconv.Itoa(int(p)))
	}
	for p := range w.kafka.Inbound().Partitions {
		if replicas, err := w.kafka.client.InSyncReplicas(w.kafka.inbound.Name, p); err == nil {
			to <- prometheus.MustNewConstMetric(w.isr, prometheus.GaugeValue, float64(len(replicas)), strconv.Itoa(int(p)))
		}
	}
}
