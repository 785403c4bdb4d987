package bus

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseAddress(t *testing.T) {
	for address, want := range map[string]Config{
		"kafka://b:9092": {Brokers: []string{"b:9092"}},
		"kafka://hub:p%40ss@a:1,[::1]:2?sasl=scram-sha-512&tls=true&ca=/ca.pem&prefix=city-&partitions=24&replication=3&min_insync=2&retention=72h&max_message=8MiB": {
			Brokers: []string{"a:1", "[::1]:2"}, Prefix: "city-", Partitions: 24, Replication: 3, MinISR: 2, Retention: 72 * time.Hour, MaxMessage: 8 << 20,
			SASL: SASL{Mechanism: "SCRAM-SHA-512", User: "hub", Password: "p@ss"}, TLS: TLS{On: true, CA: "/ca.pem"},
		},
		"kafka://b:9092?tls=true&cert=c&key=k": {Brokers: []string{"b:9092"}, TLS: TLS{On: true, Cert: "c", Key: "k"}},
	} {
		got, err := ParseAddress(address)
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v %s", address, err, d)
		}
	}
}

// TestParseAddressFaults: what is wrong is named with its cure, and no secret is
// told.
func TestParseAddressFaults(t *testing.T) {
	for address, want := range map[string]string{
		"rabbit://b:1":                                       "is no address of Kafka brokers; write kafka://",
		"kafka://b":                                          "not host:port",
		"kafka://b:9092,":                                    "not host:port",
		"kafka://b:99999":                                    "not host:port",
		"kafka://b:1?partition=3":                            `parameter "partition" is not known; write one of prefix, partitions`,
		"kafka://b:1?partitions=0":                           `parameter partitions is "0"; write a number of 1 to 1000`,
		"kafka://b:1?partitions=1&partitions=2":              "parameter partitions stands twice",
		"kafka://b:1?retention=7":                            `parameter retention is "7"; write a length of time`,
		"kafka://b:1?max_message=1":                          "parameter max_message",
		"kafka://b:1?max_message=17592186044417MiB":          "parameter max_message", // 2^64 bytes and a mebibyte
		"kafka://b:1?sasl=digest":                            `parameter sasl is "digest"; write plain, scram-sha-256`,
		"kafka://b:1?sasl=plain":                             "sasl needs credentials",
		"kafka://hub:s3cret@b:1":                             "credentials and no mechanism",
		"kafka://hub:s3cret%@b:1?sasl=plain":                 "credentials that can't be read",
		"kafka://hub:s3cret@b?sasl=plain":                    "not host:port",
		"kafka://b:1?ca=x":                                   "add tls=true",
		"kafka://b:1?tls=true&cert=x":                        "cert and key go together",
		"kafka://b:1?tls=yes":                                "write true or false",
		"kafka://b:1?replication=1&min_insync=2":             "min_insync 2 is more than replication 1",
		"kafka://hub:s3cret@b:1?sasl=plain&prefix=ЖКХ":       "parameter prefix",
		"kafka://hub:s3cret@b:1?sasl=plain&replication=many": "parameter replication",
		"kafka://hub:12?s3cret@b:1?sasl=plain":               "write ? in the password as %3F",
		"kafka://hub:12?s3cret=x@b:1?sasl=plain":             "write ? in the password as %3F",
		"kafka://hub:12?tls=s3cret@b:1":                      "write ? in the password as %3F",
	} {
		_, err := ParseAddress(address)
		var told *AddressError
		if !errors.As(err, &told) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", address, err)
		}
		if got := Redacted(address); strings.Contains(got, "s3cret") {
			t.Errorf("%s: redacted as %s", address, got)
		}
	}
}

func TestRedacted(t *testing.T) {
	for address, want := range map[string]string{
		"kafka://hub:s3c@ret@a:1,b:2?tls=true": "kafka://hub:xxxxx@a:1,b:2?tls=true",
		"kafka://a:1":                          "kafka://a:1",
		"else":                                 "kafka",
	} {
		if got := Redacted(address); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
