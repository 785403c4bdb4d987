package hub

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// scalar reads a text, number or length of time, overridden or from the file or
// by default. All are kept as text: 010 in a password is no number.
func (r *reader) scalar(path string, n *yaml.Node, s *shape) any {
	raw, given := r.written(path, n)
	if !given {
		raw = s.fallback
	}
	if raw == "" {
		return nil
	}
	v, err := canonical(raw, s.form)
	switch {
	case err != nil:
		r.fault(path, "is not "+err.Error(), "it is "+s.about)
		return nil
	case len(s.oneOf) > 0 && !slices.Contains(s.oneOf, v):
		r.fault(path, "is none of "+strings.Join(s.oneOf, ", "), oneOfCure(v, s.oneOf))
		return nil
	}
	return v
}

func oneOfCure(v string, known []string) string {
	if k, ok := closest(v, known); ok {
		return "did you mean " + k + "?"
	}
	return "write " + known[0]
}

// written returns the text at path: of the variable that overrides it, or of
// the file, with what it refers to put in.
func (r *reader) written(path string, n *yaml.Node) (string, bool) {
	name := variable(path)
	r.asked[name] = true
	if v := r.vars[name]; v != "" {
		r.places[path] = r.file + " (overridden by " + name + ")"
		return v, true
	}
	if n == nil {
		return "", false
	}
	if n.Kind != yaml.ScalarNode {
		r.fault(path, "is a list or a map", "write one value")
		return "", true
	}
	out, err := expand(n.Value, r.lookup)
	if err != nil {
		r.fault(path, err.what, err.cure)
		return "", true
	}
	return out, true
}

// canonical checks a text by its form. The error says what it is not.
func canonical(v string, f form) (string, error) {
	switch f {
	case whole:
		n, err := strconv.Atoi(v)
		if err != nil {
			return "", errors.New("a whole number")
		}
		return strconv.Itoa(n), nil
	case number:
		x, err := strconv.ParseFloat(v, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return "", errors.New("a number")
		}
		return v, nil
	case duration:
		if d, err := time.ParseDuration(v); err != nil || d < 0 {
			return "", errors.New("a length of time such as 500ms, 30s or 5m")
		}
		return v, nil
	case size:
		if n, err := parseSize(v); err != nil || n <= 0 {
			return "", errors.New("a size such as 8MiB or 200MB")
		}
		return v, nil
	}
	return v, nil
}

// parseSize reads a number of bytes with an optional unit.
func parseSize(v string) (int64, error) {
	digits := strings.TrimRightFunc(v, func(r rune) bool { return r < '0' || r > '9' })
	factor, known := map[string]int64{
		"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9,
	}[strings.TrimSpace(v[len(digits):])]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || !known || n > math.MaxInt64/factor {
		return 0, fmt.Errorf("%q is not a size", v)
	}
	return n * factor, nil
}

// texts reads one text or a list of them.
func (r *reader) texts(path string, n *yaml.Node) any {
	if n == nil {
		return nil
	}
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	var out []any
	for i, item := range items {
		at := path
		if n.Kind == yaml.SequenceNode {
			at = fmt.Sprintf("%s[%d]", path, i)
		}
		if v := r.value(at, item, &shape{}); v != nil {
			out = append(out, v)
		}
	}
	if out == nil {
		return nil
	}
	return out
}

// free reads what only the connector knows: maps and lists of text, with keys
// folded to lower case.
func (r *reader) free(path string, n *yaml.Node) any {
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.MappingNode:
		out := map[string]any{}
		for _, e := range r.entries(path, n) {
			if v := r.value(join(path, e.name), e.value, &shape{form: free}); v != nil {
				out[strings.ToLower(e.name)] = v
			}
		}
		return out
	case n.Kind == yaml.SequenceNode:
		var out []any
		for i, item := range n.Content {
			out = append(out, r.value(fmt.Sprintf("%s[%d]", path, i), item, &shape{form: free}))
		}
		return out
	}
	if v, _ := r.written(path, n); v != "" {
		return v
	}
	return nil
}
