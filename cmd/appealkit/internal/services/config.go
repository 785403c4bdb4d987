package services

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// What can be chosen with Config.Only.
const (
	Postgres = "postgres"
	Kafka    = "kafka"
	S3       = "s3"
)

// Config says which servers and where.
type Config struct {
	Dir     string        // state, logs and data; ./.services if empty
	Cache   string        // jars and programs, shared by all folders; appealhub in the user's cache folder if empty
	Only    []string      // Postgres, Kafka, S3; all if empty
	Brokers int           // of Kafka, 1 or 3; as they were set up before if 0, one at first
	Secure  bool          // one broker with TLS, SASL and ACLs instead of plain text
	Within  time.Duration // for one server to be ready, and to end before it is killed; 1m and 15s if 0
	Out     io.Writer     // what is being done, a line each; nowhere if nil

	// Getenv looks up POSTGRES_URL, KAFKA_BROKERS and S3_URL; os.Getenv if nil.
	Getenv func(string) string
}

func (c *Config) setDefaults() error {
	if c.Dir == "" {
		c.Dir = ".services"
	}
	if len(c.Only) == 0 {
		c.Only = []string{Postgres, Kafka, S3}
	}
	if c.Out == nil {
		c.Out = io.Discard
	}
	if c.Getenv == nil {
		c.Getenv = os.Getenv
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return fmt.Errorf("folder of the services: %w", err)
	}
	c.Dir = dir
	if c.Cache == "" {
		c.Cache = filepath.Join(dir, "cache")
		if user, err := os.UserCacheDir(); err == nil {
			c.Cache = filepath.Join(user, "appealhub")
		}
	}
	c.Cache, err = filepath.Abs(c.Cache)
	return err
}

// Validate says what in the configuration can't be.
func (c *Config) Validate() error {
	for _, name := range c.Only {
		if !slices.Contains([]string{Postgres, Kafka, S3}, name) {
			return fmt.Errorf("there is no service %q: postgres, kafka, s3", name)
		}
	}
	switch {
	case c.Brokers != 0 && c.Brokers != 1 && c.Brokers != 3:
		return fmt.Errorf("brokers are 1 or 3, not %d", c.Brokers)
	case c.Secure && c.Brokers == 3:
		return fmt.Errorf("secure is for one broker")
	}
	return nil
}

func (c *Config) chosen(group string) bool { return slices.Contains(c.Only, group) }

// within is the bound of a start.
func (c *Config) within() time.Duration {
	if c.Within > 0 {
		return c.Within
	}
	return time.Minute
}

// grace is how long a server has to end by itself.
func (c *Config) grace() time.Duration {
	if c.Within > 0 {
		return c.Within
	}
	return 15 * time.Second
}
