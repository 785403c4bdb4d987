package link

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// Config describes a link as configuration gives it. Zero values stand for the
// defaults named.
type Config struct {
	Name         string      // [a-z][a-z0-9-]*; api is reserved
	Connector    string      // name of its sdk.Spec
	Options      sdk.Options // the connector's own, and tls, proxy, poll and timestamps (see Open)
	Organisation string      // key of the organisation its appeals belong to; empty: the addressee's code tells

	Concurrency int           // calls at once; 8
	Timeout     time.Duration // of one call, waiting for its turn included; 60s
	FileTimeout time.Duration // of one call that moves a file; 10m
	Rate        float64       // calls per second; 0: no limit
	MaxAttempts int           // of one delivery before it is a dead letter; 20
	Poll        time.Duration // between the ends of two sweeps of a source; 30s

	Timestamps string // local: times that the system marks as UTC are its organisation's local ones; empty: they are what they say

	TLS   TLS
	Proxy string // env: as HTTP_PROXY, HTTPS_PROXY and NO_PROXY say; empty: none
}

// TLS names PEM files for the link's HTTPS connections.
type TLS struct {
	CA   string // certificates trusted in place of the system's
	Cert string // the hub's own certificate, shown to the server
	Key  string // the key of Cert
}

// ReservedName is the link name under which appeals from the hub's own API
// come in; no configured link bears it.
const ReservedName = "api"

// BusName is the link name under which the inbound topic's messages are kept that
// tell of no link; no configured link bears it.
const BusName = "bus"

func (c *Config) setDefaults() {
	def(&c.Concurrency, 8)
	def(&c.Timeout, time.Minute)
	def(&c.FileTimeout, 10*time.Minute)
	def(&c.MaxAttempts, 20)
	def(&c.Poll, 30*time.Second)
}

func def[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// linkName is the form of a link's name.
var linkName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// Validate returns every fault of c, each naming its field.
func (c Config) Validate() error {
	c, err := c.prepared()
	return errors.Join(err, c.validate())
}

// prepared returns c with the link's own options moved to their fields and the
// defaults filled in.
func (c Config) prepared() (Config, error) {
	c.Options = maps.Clone(c.Options)
	if c.Options == nil {
		c.Options = sdk.Options{}
	}
	err := c.takeOptions()
	c.setDefaults()
	return c, err
}

func (c Config) validate() error {
	var errs []error
	fail := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	fail(!linkName.MatchString(c.Name), "name %q is not of the form [a-z][a-z0-9-]*", c.Name)
	fail(c.Name == ReservedName, "name %q is reserved for what comes in through the hub's own API", c.Name)
	fail(c.Name == BusName, "name %q is reserved for what comes through the inbound topic", c.Name)
	fail(c.Connector == "", "connector is required")
	fail(c.Concurrency < 1, "concurrency %d is less than 1", c.Concurrency)
	fail(c.Timeout < 0, "timeout %v is negative", c.Timeout)
	fail(c.FileTimeout < 0, "file_timeout %v is negative", c.FileTimeout)
	fail(!(c.Rate >= 0), "rate %v is not 0 or more", c.Rate)
	fail(c.MaxAttempts < 1, "max_attempts %d is less than 1", c.MaxAttempts)
	fail(c.Poll < 0, "poll %v is negative", c.Poll)
	fail((c.TLS.Cert == "") != (c.TLS.Key == ""), "tls.cert and tls.key go together: one of them is missing")
	fail(c.Proxy != "" && c.Proxy != proxyEnv, "proxy %q is not %q", c.Proxy, proxyEnv)
	return errors.Join(errs...)
}
