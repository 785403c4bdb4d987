package hub

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/appealhub/appealhub/hub/link"
)

// certificateNear is how long before its end a system's certificate is warned of.
const certificateNear = 7 * 24 * time.Hour

// certificates tells how long the certificates of the links' systems last.
type certificates struct {
	links []*link.Link
	now   func() time.Time
	left  *prometheus.Desc
}

func newCertificates(links []*link.Link, now func() time.Time) *certificates {
	return &certificates{links: links, now: now, left: prometheus.NewDesc("appealhub_peer_cert_expiry_seconds",
		"Time until the certificate of the link's system ends, or its authority's; negative: it has ended. Of links over TLS, from their first call on.", []string{"link"}, nil)}
}

// Describe is prometheus.Collector's.
func (c *certificates) Describe(ch chan<- *prometheus.Desc) { ch <- c.left }

// Collect is prometheus.Collector's.
func (c *certificates) Collect(ch chan<- prometheus.Metric) {
	now := c.now()
	for _, l := range c.links {
		if end, ok := l.CertificateEnds(); ok {
			ch <- prometheus.MustNewConstMetric(c.left, prometheus.GaugeValue, end.Sub(now).Seconds(), l.Name())
		}
	}
}

// ending warns of a system that is well, where its certificate ends soon.
func ending(well Finding, l *link.Link, now time.Time) Finding {
	end, ok := l.CertificateEnds()
	if !ok || end.Sub(now) >= certificateNear {
		return well
	}
	well.Kind = FindingWarning
	well.What += "; its certificate ends on " + end.UTC().Format("2006-01-02 15:04 MST")
	well.Remedy = "have the system's certificate renewed, or its authority's: after that the link is down"
	return well
}
