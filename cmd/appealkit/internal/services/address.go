package services

import (
	"net/url"
	"strings"
)

// variable is the one that names servers to use instead of the group's.
func variable(group string) string {
	return map[string]string{Postgres: "POSTGRES_URL", Kafka: "KAFKA_BROKERS", S3: "S3_URL"}[group]
}

// external is what an environment variable names instead of the group's
// servers; empty where it names none, or these very servers (as after eval of
// Env).
func (s *Services) external(group string) string {
	value := s.cfg.Getenv(variable(group))
	if value == s.own(group) {
		return ""
	}
	return value
}

// PostgresURL is the address of the database, with its password; empty if it
// was never up.
func (s *Services) PostgresURL() string { return s.where(Postgres) }

// KafkaBrokers are the addresses of the brokers, host:port each: in plain text,
// or with SASL over TLS where the cluster is secure.
func (s *Services) KafkaBrokers() []string {
	if where := s.where(Kafka); where != "" {
		return strings.Split(where, ",")
	}
	return nil
}

// S3URL is the bucket's address, s3://bucket?endpoint=…&region=…; empty if it
// was never up. S3Credentials has the keys.
func (s *Services) S3URL() string { return s.where(S3) }

func (s *Services) where(group string) string {
	if there := s.external(group); there != "" {
		return there
	}
	return s.own(group)
}

// own is the address of the folder's own servers.
func (s *Services) own(group string) string {
	var addresses []string
	for _, v := range s.group(group) {
		if a := v.Address(); a != "" {
			addresses = append(addresses, a)
		}
	}
	if len(addresses) == 0 {
		return ""
	}
	switch group {
	case Postgres:
		return s.postgresURL(addresses[0], database)
	case S3:
		q := url.Values{"endpoint": {"http://" + addresses[0]}, "region": {region}}
		return "s3://" + bucket + "?" + q.Encode()
	default:
		return strings.Join(addresses, ",")
	}
}
