package sdk

import (
	"errors"
	"fmt"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Options are a link's options as configuration gives them: strings, numbers,
// booleans, lists and maps, secrets resolved.
type Options map[string]any

// Option documents one option of a connector.
type Option struct {
	Name     string // lower case with underscores
	Summary  string // one line: what it is, its unit
	Default  string // as it would be written; empty: none
	Required bool
	Secret   bool // never printed
}

// OptionReader reads typed options and gathers every error, so that a user sees
// all of them at once.
type OptionReader struct {
	options Options
	known   map[string]bool
	errs    []error
}

// NewOptionReader reads o by spec: unknown and missing options are errors, and so
// is one that is read later and not in spec. An empty text counts as not given.
func NewOptionReader(spec []Option, o Options) *OptionReader {
	r := &OptionReader{options: Options{}, known: map[string]bool{}}
	for _, opt := range spec {
		r.known[opt.Name] = true
		v, given := o[opt.Name]
		switch {
		case given && v != nil && v != "":
			r.options[opt.Name] = v
		case opt.Required:
			r.fail(opt.Name, "is required: "+opt.Summary)
		case opt.Default != "":
			r.options[opt.Name] = opt.Default
		}
	}
	for _, name := range sortedKeys(o) {
		if !r.known[name] {
			r.fail(name, "is not an option; known: "+strings.Join(names(spec), ", "))
		}
	}
	return r
}

// Err returns every error found so far, joined.
func (r *OptionReader) Err() error { return errors.Join(r.errs...) }

// value is what is given, or the default; nil where there is neither.
func (r *OptionReader) value(name string) any {
	if !r.known[name] {
		r.fail(name, "is read by the connector, and is not among its Spec's options")
	}
	return r.options[name]
}

// String reads text; empty where the option is not given.
func (r *OptionReader) String(name string) string {
	switch v := r.value(name).(type) {
	case nil:
		return ""
	case string:
		return v
	case bool, int, int64, uint64, float64:
		return fmt.Sprint(v)
	default:
		r.fail(name, "is not text")
		return ""
	}
}

// URL reads an absolute http or https address without credentials in it, and
// returns it without a slash at its end.
func (r *OptionReader) URL(name string) string {
	s := r.String(name)
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		r.fail(name, "is not an http or https address")
	case u.User != nil:
		r.fail(name, "holds credentials: give them in their own options")
	}
	return strings.TrimRight(s, "/")
}

// Duration reads a length of time such as 90s; zero where it is not given.
func (r *OptionReader) Duration(name string) time.Duration {
	s := r.String(name)
	if s == "" {
		return 0
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		r.fail(name, "is not a length of time such as 500ms, 30s or 5m")
	}
	return d
}

// Int reads a whole number that is not negative.
func (r *OptionReader) Int(name string) int {
	s := r.String(name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		r.fail(name, "is not a whole number of 0 or more")
	}
	return n
}

// Bool reads true or false.
func (r *OptionReader) Bool(name string) bool {
	s := r.String(name)
	if s == "" {
		return false
	}
	b, err := strconv.ParseBool(s)
	if err != nil {
		r.fail(name, "is not true or false")
	}
	return b
}

// Map reads a map of text to text. Its keys are lower case: configuration
// folds them.
func (r *OptionReader) Map(name string) map[string]string {
	switch v := r.value(name).(type) {
	case nil:
		return nil
	case map[string]string:
		return v
	case map[string]any:
		out := make(map[string]string, len(v))
		for key, value := range v {
			out[key] = fmt.Sprint(value)
		}
		return out
	default:
		r.fail(name, "is not a map")
		return nil
	}
}

// List reads a list of texts, or one text as a list of one; nil where it is not
// given. An empty list and an empty element are errors.
func (r *OptionReader) List(name string) []string {
	var all []any
	switch v := r.value(name).(type) {
	case nil:
		return nil
	case []string:
		for _, one := range v {
			all = append(all, one)
		}
	case []any:
		all = v
	default:
		all = []any{v}
	}
	out := make([]string, 0, len(all))
	for _, one := range all {
		text, _ := one.(string)
		if text == "" {
			r.fail(name, "is not a list of texts")
			return nil
		}
		out = append(out, text)
	}
	if len(out) == 0 {
		r.fail(name, "is an empty list: leave it out, or name some")
	}
	return out
}

// Fail records an error of the connector's own about an option.
func (r *OptionReader) Fail(name, why string) { r.fail(name, why) }

func (r *OptionReader) fail(name, why string) {
	r.errs = append(r.errs, fmt.Errorf("option %s %s", name, why))
}

func names(spec []Option) []string {
	out := make([]string, len(spec))
	for i, opt := range spec {
		out[i] = opt.Name
	}
	sort.Strings(out)
	return out
}

func sortedKeys(o Options) []string {
	out := make([]string, 0, len(o))
	for name := range o {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}
