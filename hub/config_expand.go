package hub

import (
	"os"
	"regexp"
	"strings"
)

// unresolved says which reference in a text can't be put in, and what to do.
type unresolved struct{ what, cure string }

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand puts in what a text refers to. What is put in is not looked through
// again, and never read as YAML.
func expand(s string, env func(string) (string, bool)) (string, *unresolved) {
	var out strings.Builder
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			out.WriteString(s)
			return out.String(), nil
		}
		if i > 0 && s[i-1] == '$' {
			out.WriteString(s[:i-1] + "${")
			s = s[i+2:]
			continue
		}
		out.WriteString(s[:i])
		inner, rest, closed := strings.Cut(s[i+2:], "}")
		if !closed {
			return "", &unresolved{"has ${ without }", "close it, or write $${ for the two characters"}
		}
		v, err := refer(inner, env)
		if err != nil {
			return "", err
		}
		out.WriteString(v)
		s = rest
	}
}

// refer resolves what stands between ${ and }.
func refer(inner string, env func(string) (string, bool)) (string, *unresolved) {
	if path, ok := strings.CutPrefix(inner, "file:"); ok {
		raw, err := os.ReadFile(path)
		if err != nil {
			return "", &unresolved{"the file " + path + " can't be read", "make it, and readable for the hub's user"}
		}
		return strings.TrimRight(string(raw), "\r\n"), nil
	}
	name, fallback, hasFallback := strings.Cut(inner, ":-")
	if !variableName.MatchString(name) {
		return "", &unresolved{"refers to no name of a variable", "write ${NAME}, ${NAME:-default} or ${file:/path}"}
	}
	v, set := env(name)
	switch {
	case v != "" || set && !hasFallback:
		return v, nil
	case hasFallback:
		return fallback, nil
	}
	return "", &unresolved{"the variable " + name + " is not set", "set it, or give a default: ${" + name + ":-…}"}
}
