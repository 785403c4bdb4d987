package link

import (
	"errors"
	"fmt"
	"sort"
	"time"
)

// proxyEnv is the one value of the option proxy.
const proxyEnv = "env"

// The values of the option timestamps. LocalTimes: the system marks its local
// times as UTC.
const (
	LocalTimes = "local"
	utcTimes   = "utc"
)

// takeOptions moves the options that every link has out of the map, so that the
// connector doesn't see them: poll, proxy, tls, timestamps.
func (c *Config) takeOptions() error {
	return errors.Join(
		c.take("poll", c.readPoll),
		c.take("proxy", c.readProxy),
		c.take("tls", c.readTLS),
		c.take("timestamps", c.readTimestamps),
	)
}

// take reads one option, if it is given, and removes it.
func (c *Config) take(name string, read func(v any) error) error {
	v, given := c.Options[name]
	if !given {
		return nil
	}
	delete(c.Options, name)
	if v == nil || v == "" {
		return nil
	}
	if err := read(v); err != nil {
		return fmt.Errorf("option %s %w", name, err)
	}
	return nil
}

func (c *Config) readPoll(v any) error {
	if d, ok := v.(time.Duration); ok && d > 0 {
		c.Poll = d
		return nil
	}
	s, _ := v.(string)
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return errors.New("is not a length of time such as 500ms, 30s or 5m")
	}
	c.Poll = d
	return nil
}

func (c *Config) readProxy(v any) error {
	s, ok := v.(string)
	if !ok || s != proxyEnv {
		return fmt.Errorf("is not %q, the only proxy there is: that of the environment", proxyEnv)
	}
	c.Proxy = s
	return nil
}

func (c *Config) readTimestamps(v any) error {
	s, _ := v.(string)
	if s != LocalTimes && s != utcTimes {
		return fmt.Errorf("is neither %s nor %s", utcTimes, LocalTimes)
	}
	c.Timestamps = s
	return nil
}

func (c *Config) readTLS(v any) error {
	m, ok := v.(map[string]any)
	if !ok {
		return errors.New("is not a map of ca, cert and key")
	}
	fields := map[string]*string{"ca": &c.TLS.CA, "cert": &c.TLS.Cert, "key": &c.TLS.Key}
	var errs []error
	for _, name := range sortedKeys(m) {
		field, known := fields[name]
		path, text := m[name].(string)
		switch {
		case !known:
			errs = append(errs, fmt.Errorf("has no key %q; known: ca, cert, key", name))
		case !text:
			errs = append(errs, fmt.Errorf("key %s is not the path of a file", name))
		default:
			*field = path
		}
	}
	return errors.Join(errs...)
}

func sortedKeys(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}
