package hub

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
)

// overrides is what the names of variables begin with that override settings.
const overrides = "APPEALHUB_"

// variable is the name of the variable that overrides a path.
func variable(path string) string {
	return overrides + strings.ToUpper(strings.ReplaceAll(strings.ReplaceAll(path, "-", "_"), ".", "__"))
}

// reference is a variable that the file's text refers to.
var reference = regexp.MustCompile(`\$\{(` + overrides + `[A-Za-z0-9_]*)`)

// ofServices are variables that Kubernetes sets in its containers for Services that
// are named appealhub or appealhub-x.
var ofServices = regexp.MustCompile(`^` + overrides + `([A-Z0-9]+_)*(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$`)

// foreign reports whether a variable is another's, whatever its name.
func foreign(name, value string) bool {
	port := strings.HasSuffix(name, "_PORT") && strings.Contains(value, "://") // of a Service, too
	return port || ofServices.MatchString(name) || slices.Contains(failpoint.Variables(), name)
}

// strays finds the variables that are named as overrides and override nothing. Those
// at and below what is at fault already are left out: the file was not read there.
func (r *reader) strays(s *shape) {
	known := slices.Clone(r.faults)
	for _, name := range slices.Sorted(maps.Keys(r.vars)) {
		value := r.vars[name]
		if value == "" || r.asked[name] || !strings.HasPrefix(name, overrides) || foreign(name, value) || slices.ContainsFunc(known, func(f Fault) bool { return f.Path != "" && leads(variable(f.Path), name) }) {
			continue
		}
		what, cure := r.stray(name, s)
		path := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, overrides), "__", "."))
		r.faults = append(r.faults, Fault{Place: name, Path: path, What: what, Cure: cure})
	}
}

// leads reports whether a variable is that of outer or of something in it.
func leads(outer, name string) bool {
	rest, ok := strings.CutPrefix(name, outer)
	return ok && (rest == "" || rest[0] == '[' || strings.HasPrefix(rest, "__"))
}

// stray says why a variable overrides nothing, and what to do.
func (r *reader) stray(name string, s *shape) (what, cure string) {
	at := overrides
	for i, step := range strings.Split(strings.TrimPrefix(name, overrides), "__") {
		if i > 0 {
			at += "__"
		}
		at += step
		switch next, ok := s.step(step); {
		case s.form == list || s.form == texts:
			return many()
		case s.form == free || s.form == mapping && !r.given(at):
			if r.given(name) {
				return many()
			}
			return "is not in the file, and a variable only overrides what is there", r.nearest(name, "write it in the file")
		case !ok:
			return "is not a setting", r.nearest(name, "unset it; appealhub config schema tells what there is")
		default:
			s = next
		}
	}
	return many()
}

// many says that something is not one value.
func many() (what, cure string) {
	return "is a list or a map, and a variable overrides one value", "write it in the file"
}

// step is what a part of a variable's name leads to.
func (s *shape) step(part string) (*shape, bool) {
	for i := range s.members {
		if m := &s.members[i]; overrides+part == variable(m.name) {
			return &m.shape, true
		}
	}
	return s.each, s.form == mapping
}

// given reports whether the file has a setting at or below a variable's path.
func (r *reader) given(name string) bool {
	for one := range r.asked {
		if leads(name, one) {
			return true
		}
	}
	return false
}

// nearest is the variable that was probably meant, or else the cure.
func (r *reader) nearest(name, otherwise string) string {
	var all []string
	for one := range r.asked {
		if strings.HasPrefix(one, overrides) {
			all = append(all, one)
		}
	}
	slices.Sort(all)
	if one, ok := closest(name, all); ok && distance(name, one) <= 2 {
		return "did you mean " + one + "?"
	}
	return otherwise
}
