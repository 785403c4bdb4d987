package hub

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// reader reads a configuration file by its shape and gathers faults.
type reader struct {
	origin
	vars   map[string]string
	asked  map[string]bool // variables that would override what was read, and those that the file refers to
	faults []Fault
}

func newReader(file string, vars map[string]string) *reader {
	return &reader{origin: origin{file: file, places: map[string]string{}}, vars: vars, asked: map[string]bool{}}
}

func (r *reader) lookup(name string) (string, bool) {
	v, set := r.vars[name]
	return v, set
}

func (r *reader) fault(path, what, cure string) {
	r.faults = append(r.faults, Fault{Place: r.place(path), Path: path, What: what, Cure: cure})
}

func (r *reader) err() error { return configError(r.faults) }

// yamlLine is an error of the YAML parser's that names a line.
var yamlLine = regexp.MustCompile(`^line (\d+): (.*)$`)

// parse reads the file's one document; nil where there is none.
func (r *reader) parse() *yaml.Node {
	raw, err := os.ReadFile(r.file)
	if err != nil {
		cause := err
		if file := (*os.PathError)(nil); errors.As(err, &file) {
			cause = file.Err
		}
		r.fault("", fmt.Sprintf("can't be read: %v", cause), "name the file with --config")
		return nil
	}
	for _, m := range reference.FindAllSubmatch(raw, -1) {
		r.asked[string(m[1])] = true
	}
	var doc, second yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		r.fault("", "is empty", "start with apiVersion: "+apiVersion)
		return nil
	case err != nil:
		what := strings.TrimPrefix(err.Error(), "yaml: ")
		if m := yamlLine.FindStringSubmatch(what); m != nil {
			r.places[""], what = r.file+":"+m[1], m[2]
		}
		r.fault("", what, "mend the YAML: check indentation, quotes and brackets there and in the lines before")
		return nil
	}
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		r.fault("", "holds a second document", "leave one and remove the --- between them")
	}
	return doc.Content[0]
}

// value reads what stands at path; n is nil where nothing does. It returns nil
// for what is not given and what is at fault.
func (r *reader) value(path string, n *yaml.Node, s *shape) any {
	if n != nil {
		if path != "" {
			r.places[path] = fmt.Sprintf("%s:%d", r.file, n.Line)
		}
		if n.Kind == yaml.AliasNode || n.Anchor != "" {
			r.fault(path, "is a YAML anchor or alias", "write the value out")
			return nil
		}
		if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
			n = nil
		}
	}
	switch s.form {
	case object:
		return r.object(path, n, s)
	case mapping:
		return r.mapping(path, n, s)
	case list:
		return r.list(path, n, s)
	case texts:
		return r.texts(path, n)
	case free:
		return r.free(path, n)
	}
	return r.scalar(path, n, s)
}

// object reads a map with known members, overridden ones and defaults too.
func (r *reader) object(path string, n *yaml.Node, s *shape) any {
	given := map[string]*yaml.Node{}
	for _, e := range r.entries(path, n) {
		if _, known := s.member(e.name); !known {
			at := join(path, e.name)
			r.places[at] = fmt.Sprintf("%s:%d", r.file, e.line)
			r.fault(at, "is not a setting", meant(e.name, s.names()))
			continue
		}
		given[e.name] = e.value
	}
	out := map[string]any{}
	for i := range s.members {
		m := &s.members[i]
		at := join(path, m.name)
		if v := r.value(at, given[m.name], &m.shape); v != nil {
			out[m.name] = v
		} else if m.required && !r.faulty(at) {
			r.fault(at, "is missing", "set it: "+m.example())
		}
	}
	return out
}

// example says what a missing member is.
func (m *member) example() string {
	if len(m.oneOf) == 1 {
		return m.name + ": " + m.oneOf[0]
	}
	return m.about
}

// faulty reports whether a fault was found at path or below it.
func (r *reader) faulty(path string) bool {
	for _, f := range r.faults {
		if within(f.Path, path) {
			return true
		}
	}
	return false
}

// within reports whether path is outer or lies below it.
func within(path, outer string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

func (r *reader) mapping(path string, n *yaml.Node, s *shape) any {
	out := map[string]any{}
	form := regexp.MustCompile(s.keys)
	for _, e := range r.entries(path, n) {
		at := join(path, e.name)
		if !form.MatchString(e.name) {
			r.places[at] = fmt.Sprintf("%s:%d", r.file, e.line)
			r.fault(at, "is not a name", "use a name of the form "+strings.Trim(s.keys, "^$"))
			continue
		}
		if v := r.value(at, e.value, s.each); v != nil {
			out[e.name] = v
		} else if !r.faulty(at) {
			r.fault(at, "is empty", "give it a value or remove it")
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (r *reader) list(path string, n *yaml.Node, s *shape) any {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.fault(path, "is not a list", "begin each entry with a dash")
		return nil
	}
	var out []any
	for i, item := range n.Content {
		out = append(out, r.value(fmt.Sprintf("%s[%d]", path, i), item, s.each))
	}
	return out
}

// entry is one entry of a YAML map.
type entry struct {
	name  string
	line  int
	value *yaml.Node
}

// entries returns a map's entries in the file's order, each name once.
func (r *reader) entries(path string, n *yaml.Node) []entry {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		r.fault(path, "is not a map", "write it as name: value")
		return nil
	}
	var out []entry
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			r.fault(path, fmt.Sprintf("has a key in line %d that is no text", key.Line), "write it as name: value")
			continue
		}
		folded := strings.ToLower(key.Value)
		if before, twice := seen[folded]; twice {
			r.places[join(path, key.Value)] = fmt.Sprintf("%s:%d", r.file, key.Line)
			r.fault(join(path, key.Value), fmt.Sprintf("is there twice: in line %d too", before), "leave one; upper and lower case are one")
			continue
		}
		seen[folded] = key.Line
		out = append(out, entry{key.Value, key.Line, n.Content[i+1]})
	}
	return out
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
