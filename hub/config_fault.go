package hub

import (
	"slices"
	"strings"
)

// Fault is one thing that is wrong with a configuration. It holds no secret.
type Fault struct {
	Place string `json:"place,omitzero"` // file and line, or the variable that overrides it
	Path  string `json:"path,omitzero"`  // such as links.pos.options.url; empty: the file itself
	What  string `json:"what"`           // what is wrong
	Cure  string `json:"cure,omitzero"`  // what to do
}

// String returns the fault as one line.
func (f Fault) String() string {
	parts := slices.DeleteFunc([]string{f.Place, f.Path, f.What}, func(s string) bool { return s == "" })
	line := strings.Join(parts, ": ")
	if f.Cure != "" {
		line += "; " + f.Cure
	}
	return line
}

// ConfigError lists every fault of a configuration.
type ConfigError struct {
	Faults []Fault
}

// Error returns one fault a line.
func (e *ConfigError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

func configError(faults []Fault) error {
	if len(faults) == 0 {
		return nil
	}
	return &ConfigError{Faults: faults}
}

// origin is where a configuration came from.
type origin struct {
	file   string
	places map[string]string // path → file and line, or file and variable
	tree   map[string]any    // as read, with overrides and defaults, text expanded
}

// place is where a path stands, or the nearest above it that stands somewhere.
func (o *origin) place(path string) string {
	if o == nil {
		return ""
	}
	for {
		if at, ok := o.places[path]; ok {
			return at
		}
		if path == "" {
			return o.file
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
}

// closest returns the one of known that name was probably meant to be.
func closest(name string, known []string) (string, bool) {
	best, least := "", 1+max(1, len(name)/3)
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best, best != ""
}

// meant is the cure for a name that is none of known.
func meant(name string, known []string) string {
	if k, ok := closest(name, known); ok {
		return "did you mean " + k + "?"
	}
	return "known: " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}

// distance is how many letters have to be put in, left out or changed.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
