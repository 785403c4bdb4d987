package bus

import (
	"log/slog"
	"time"
)

// Config is how the hub works with a Kafka cluster. Zero values stand for the
// defaults named.
type Config struct {
	Brokers []string // host:port, some of the cluster's
	Prefix  string   // before the names of the topics and the group, where a cluster is shared: "city-"

	Partitions  int32         // of each topic, when it is made; 4. As many nodes at most read, and more of them make smaller batches
	Replication int16         // of each topic, when it is made; 3
	MinISR      int16         // replicas that have a message before it is acknowledged; 2, or 1 where Replication is
	Retention   time.Duration // the outage that is bridged: how long messages are kept; 7 days
	MaxMessage  int           // bytes of the largest message; 4 MiB
	Patience    time.Duration // how long a message waits for its acknowledgement, another leader's election included; 15 s
	Linger      time.Duration // how long a message may wait for others to go with, where many callers send one each; 5 ms

	SASL SASL
	TLS  TLS

	Log *slog.Logger // nil: nowhere
}

// SASL are the credentials of the hub at the brokers.
type SASL struct {
	Mechanism string // PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; empty: none
	User      string
	Password  string
}

// TLS protects the connections to the brokers.
type TLS struct {
	On   bool
	CA   string // PEM file of the certificates trusted in place of the system's
	Cert string // PEM file of the hub's own certificate, shown to the brokers
	Key  string // PEM file of its key
}

func (c *Config) setDefaults() {
	def(&c.Partitions, 4)
	def(&c.Replication, 3)
	def(&c.MinISR, min(2, c.Replication))
	def(&c.Retention, 7*24*time.Hour)
	def(&c.MaxMessage, 4<<20)
	def(&c.Patience, ackTime)
	def(&c.Linger, linger)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

func def[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// Inbound is the topic of what has come in and is not in the journal yet, keyed
// by the source's reference: link/id.
func (c *Config) Inbound() string { return c.Prefix + "appeals.inbound.v1" }

// Events is the topic of the journal's events, keyed by the appeal's id.
func (c *Config) Events() string { return c.Prefix + "appeals.events.v1" }

// Dead is the topic of the copies of dead letters, keyed by the appeal's id, or
// by the key of the message that could not be read.
func (c *Config) Dead() string { return c.Prefix + "appeals.dead.v1" }

// Group is the consumer group of all nodes.
func (c *Config) Group() string { return c.Prefix + "appealhub" }
