package deadline

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/appealhub/appealhub/sdk"
)

// maxFile bounds a file of rules or of a calendar, in bytes.
const maxFile = 1 << 20

// place is a value of a file and where it stands.
type place struct {
	*yaml.Node
	path string
}

// reader reads a YAML file strictly and keeps what is wrong with it: a name that
// is not known or there twice, a value of another form, an alias.
type reader struct {
	faults []Fault
}

func (r *reader) fail(at place, format string, args ...any) {
	r.faults = append(r.faults, Fault{Line: at.Line, Path: at.path, What: fmt.Sprintf(format, args...)})
}

// document returns the one document of a file of the format; false where it has
// none.
func (r *reader) document(data []byte) (place, bool) {
	doc, next := yaml.Node{}, yaml.Node{}
	if len(data) > maxFile {
		r.fail(place{Node: &doc}, "the file is larger than %d bytes", maxFile)
		return place{}, false
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); err != nil {
		what := "is not YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")
		if errors.Is(err, io.EOF) {
			what = "the file is empty"
		}
		r.fail(place{Node: &doc}, "%s", what)
		return place{}, false
	}
	if err := dec.Decode(&next); !errors.Is(err, io.EOF) {
		r.fail(place{Node: &next}, "there is more than one document in the file")
		return place{}, false
	}
	if len(doc.Content) != 1 {
		r.fail(place{Node: &doc}, "the file is empty")
		return place{}, false
	}
	return place{Node: doc.Content[0]}, true
}

// fields reads a map with the names that are known; the rest are faults.
func (r *reader) fields(at place, known map[string]func(place)) {
	r.each(at, func(name string, value place) {
		read, ok := known[name]
		if !ok {
			names := make([]string, 0, len(known))
			for k := range known {
				names = append(names, k)
			}
			slices.Sort(names)
			r.fail(value, "is not known here; known: %s", strings.Join(names, ", "))
			return
		}
		read(value)
	})
}

// each calls visit with each name and value of a map.
func (r *reader) each(at place, visit func(name string, value place)) {
	if at.Kind != yaml.MappingNode {
		r.fail(at, "is not a map of names and values")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(at.Content); i += 2 {
		key := at.Content[i]
		name := r.text(place{key, at.path})
		value := place{at.Content[i+1], strings.TrimPrefix(at.path+"."+name, ".")}
		if seen[name] {
			r.fail(place{key, value.path}, "is there twice")
			continue
		}
		seen[name] = true
		visit(name, value)
	}
}

// items calls visit with each item of a list.
func (r *reader) items(at place, visit func(item place)) {
	if at.Kind != yaml.SequenceNode {
		r.fail(at, "is not a list")
		return
	}
	for i, n := range at.Content {
		visit(place{n, fmt.Sprintf("%s[%d]", at.path, i)})
	}
}

// text reads a text, a number or a date as it is written.
func (r *reader) text(at place) string {
	if at.Kind != yaml.ScalarNode || !slices.Contains([]string{"!!str", "!!int", "!!float", "!!timestamp"}, at.Tag) {
		r.fail(at, "is not a text")
		return ""
	}
	return at.Value
}

// named reads a text that is not empty.
func (r *reader) named(at place) string {
	before := len(r.faults)
	s := r.text(at)
	if strings.TrimSpace(s) == "" && len(r.faults) == before {
		r.fail(at, "is empty")
	}
	return s
}

func (r *reader) truth(at place) bool {
	if at.Kind != yaml.ScalarNode || at.Tag != "!!bool" || at.Value != "true" && at.Value != "false" {
		r.fail(at, "is not true or false")
	}
	return at.Value == "true"
}

// whole reads a whole number from least to most.
func (r *reader) whole(at place, least, most int) int {
	n, err := strconv.Atoi(at.Value)
	if at.Kind != yaml.ScalarNode || at.Tag != "!!int" || err != nil || n < least || n > most {
		r.fail(at, "is not a whole number from %d to %d", least, most)
		return least
	}
	return n
}

func (r *reader) date(at place) sdk.Date {
	d, err := sdk.ParseDate(at.Value)
	if at.Kind != yaml.ScalarNode || err != nil {
		r.fail(at, "%q is not a date of the form 2006-01-02", at.Value)
	}
	return d
}

// oneOf reads one of the known words.
func oneOf[T ~string](r *reader, at place, known []T) T {
	if at.Kind != yaml.ScalarNode || !slices.Contains(known, T(at.Value)) {
		r.fail(at, "%q is none of %s", at.Value, words(known))
	}
	return T(at.Value)
}

// someOf reads a list of known words, each once.
func someOf[T ~string](r *reader, at place, known []T) []T {
	var out []T
	r.items(at, func(item place) {
		word := oneOf(r, item, known)
		if slices.Contains(out, word) {
			r.fail(item, "%s is there twice", word)
		}
		out = append(out, word)
	})
	return out
}

func words[T ~string](all []T) string {
	texts := make([]string, len(all))
	for i, w := range all {
		texts[i] = string(w)
	}
	return strings.Join(texts, ", ")
}
