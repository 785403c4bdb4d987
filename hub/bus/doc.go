// Package bus carries what goes through Apache Kafka: the inbound topic in front
// of the journal, the feed of the journal's events, and the copies of dead
// letters. It knows topics, keys, partitions and offsets, and CloudEvents in
// Kafka's binary mode; what a message means is intake's and the journal's to say.
//
// Every message waits for the acknowledgement of all in-sync replicas, from an
// idempotent producer. Messages may come twice, late or broken: the journal
// makes the result the same. No reader calls an external system.
package bus
