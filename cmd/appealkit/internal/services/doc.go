// Package services runs real servers on a bare machine, without containers:
// PostgreSQL from the distribution's package, Apache Kafka (KRaft, one or three
// brokers) from its Maven artifacts, and an S3 server, all on loopback, each
// detached from the program that started it. Tests find them again by the state
// file in their folder, and may stop, kill, freeze and restart each alone.
//
// Servers that POSTGRES_URL, KAFKA_BROKERS or S3_URL name are used instead; they
// are never touched. It needs Linux (/proc). It is for development and tests and
// sets up nothing for production.
package services
