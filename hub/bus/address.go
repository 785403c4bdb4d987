package bus

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// AddressError says what is wrong with an address, and what to do. It quotes no
// secret.
type AddressError struct{ What, Cure string }

// Error tells both in one line.
func (e *AddressError) Error() string { return e.What + "; " + e.Cure }

// AddressForm is how an address is written.
const AddressForm = "kafka://user:${PASSWORD}@host:9092,host:9092?sasl=scram-sha-512&tls=true"

// ParseAddress reads kafka://user:password@host:port,host:port?… with the
// parameters prefix, partitions, replication, min_insync, retention (168h),
// max_message (bytes, KiB or MiB), sasl (plain, scram-sha-256, scram-sha-512), tls,
// ca, cert and key (paths of PEM files). The error is an *AddressError.
func ParseAddress(address string) (Config, error) {
	rest, ok := strings.CutPrefix(address, "kafka://")
	if !ok {
		return Config{}, &AddressError{"is no address of Kafka brokers", "write " + AddressForm}
	}
	rest, query, _ := strings.Cut(rest, "?")
	if cutOff(rest, query) {
		return Config{}, &AddressError{"has an @ behind its ?", "write ? in the password as %3F"}
	}
	c := Config{}
	hosts := rest
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		hosts = rest[at+1:]
		user, password, _ := strings.Cut(rest[:at], ":")
		var err1, err2 error
		c.SASL.User, err1 = url.PathUnescape(user)
		c.SASL.Password, err2 = url.PathUnescape(password)
		if err1 != nil || err2 != nil || c.SASL.User == "" {
			return Config{}, &AddressError{"has credentials that can't be read", "write user:password before the @, with % and @ in them as %25 and %40"}
		}
	}
	if c.Brokers = strings.Split(hosts, ","); !slices.ContainsFunc(c.Brokers, func(b string) bool { return !hostPort(b) }) {
		return c, c.parameters(query)
	}
	return Config{}, &AddressError{"names a broker that is not host:port", "write " + AddressForm}
}

// cutOff reports whether the ? that parts an address is the password's own: the @ is
// behind it.
func cutOff(hosts, query string) bool {
	return strings.Contains(query, "@") && !strings.Contains(hosts, "@")
}

func hostPort(s string) bool {
	host, port, err := net.SplitHostPort(s)
	n, bad := strconv.Atoi(port)
	return err == nil && bad == nil && host != "" && n > 0 && n < 1<<16
}

// parameter is one of the query's.
type parameter struct {
	name string
	cure string
	set  func(c *Config, value string) bool
}

var prefixForm = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,100}$`)

func parameters() []parameter {
	return []parameter{
		{"prefix", "write letters, digits, dots, dashes or underscores", func(c *Config, v string) bool { c.Prefix = v; return prefixForm.MatchString(v) }},
		{"partitions", "write a number of 1 to 1000", func(c *Config, v string) bool { return number(v, 1, 1000, &c.Partitions) }},
		{"replication", "write a number of 1 to 10", func(c *Config, v string) bool { return number(v, 1, 10, &c.Replication) }},
		{"min_insync", "write a number of 1 to 10", func(c *Config, v string) bool { return number(v, 1, 10, &c.MinISR) }},
		{"retention", "write a length of time of an hour or more, such as 168h", func(c *Config, v string) bool {
			d, err := time.ParseDuration(v)
			c.Retention = d
			return err == nil && d >= time.Hour
		}},
		{"max_message", "write a size such as 4MiB, of 64 KiB to 64 MiB", func(c *Config, v string) bool { return size(v, &c.MaxMessage) }},
		{"sasl", "write plain, scram-sha-256 or scram-sha-512", func(c *Config, v string) bool {
			c.SASL.Mechanism = strings.ToUpper(v)
			return slices.Contains(mechanisms(), c.SASL.Mechanism)
		}},
		{"tls", "write true or false", func(c *Config, v string) bool { c.TLS.On = v == "true"; return v == "true" || v == "false" }},
		{"ca", "write the path of a PEM file", func(c *Config, v string) bool { c.TLS.CA = v; return v != "" }},
		{"cert", "write the path of a PEM file", func(c *Config, v string) bool { c.TLS.Cert = v; return v != "" }},
		{"key", "write the path of a PEM file", func(c *Config, v string) bool { c.TLS.Key = v; return v != "" }},
	}
}

func (c *Config) parameters(query string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return &AddressError{"has parameters that can't be read", "write name=value&name=value"}
	}
	known := parameters()
	for _, name := range sortedNames(values) {
		i := slices.IndexFunc(known, func(p parameter) bool { return p.name == name })
		switch {
		case i < 0:
			return &AddressError{fmt.Sprintf("parameter %q is not known", name), "write one of " + names(known)}
		case len(values[name]) > 1:
			return &AddressError{"parameter " + name + " stands twice", "leave one of them out"}
		case !known[i].set(c, values[name][0]):
			return &AddressError{fmt.Sprintf("parameter %s is %q", name, values[name][0]), known[i].cure}
		}
	}
	return c.consistent()
}

// consistent looks at what goes together.
func (c Config) consistent() error {
	given := c
	given.setDefaults()
	switch {
	case c.SASL.Mechanism != "" && c.SASL.User == "":
		return &AddressError{"sasl needs credentials", "write them before the hosts: kafka://user:${PASSWORD}@host:9092"}
	case c.SASL.Mechanism == "" && c.SASL.User != "":
		return &AddressError{"there are credentials and no mechanism for them", "add sasl=scram-sha-512, or what the brokers take"}
	case !c.TLS.On && (c.TLS.CA != "" || c.TLS.Cert != "" || c.TLS.Key != ""):
		return &AddressError{"ca, cert and key are for connections with TLS", "add tls=true"}
	case (c.TLS.Cert == "") != (c.TLS.Key == ""):
		return &AddressError{"cert and key go together", "add the other one"}
	case given.MinISR > given.Replication:
		return &AddressError{fmt.Sprintf("min_insync %d is more than replication %d", given.MinISR, given.Replication), "make it less: nothing would be taken"}
	}
	return nil
}

// Redacted is an address without its password, for people.
func Redacted(address string) string {
	rest, ok := strings.CutPrefix(address, "kafka://")
	if !ok {
		return "kafka"
	}
	hosts, query, asked := strings.Cut(rest, "?")
	if cutOff(hosts, query) {
		return "kafka"
	}
	if at := strings.LastIndexByte(hosts, '@'); at >= 0 {
		user, _, _ := strings.Cut(hosts[:at], ":")
		hosts = user + ":xxxxx" + hosts[at:]
	}
	if asked {
		hosts += "?" + query
	}
	return "kafka://" + hosts
}

func number[T ~int16 | ~int32](text string, from, to int, into *T) bool {
	n, err := strconv.Atoi(text)
	*into = T(n)
	return err == nil && n >= from && n <= to
}

func size(text string, into *int) bool {
	unit := 1
	for suffix, bytes := range map[string]int{"KiB": 1 << 10, "MiB": 1 << 20} {
		if cut, ok := strings.CutSuffix(text, suffix); ok {
			text, unit = cut, bytes
		}
	}
	const least, most = 64 << 10, 64 << 20
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most/unit || n*unit < least {
		return false
	}
	*into = n * unit
	return true
}

func sortedNames(values url.Values) []string {
	var out []string
	for name := range values {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func names(all []parameter) string {
	var out []string
	for _, p := range all {
		out = append(out, p.name)
	}
	return strings.Join(out, ", ")
}
