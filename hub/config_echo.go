package hub

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/sdk"
)

// hidden stands in the place of a secret.
const hidden = "***"

// Echo writes the configuration as the hub sees it, in YAML: overrides,
// variables and defaults put in, secrets hidden. An option that no connector
// declares is hidden too. It needs a Config that was loaded from a file.
func (c Config) Echo(specs []sdk.Spec) ([]byte, error) {
	if c.origin == nil {
		return nil, errors.New("the configuration was not read from a file")
	}
	e := echo{specs: specs, secrets: c.secrets(specs)}
	return yaml.Marshal(e.value(c.origin.tree, fileShape(), ""))
}

// secrets are the paths of options that may not be printed.
func (c Config) secrets(specs []sdk.Spec) map[string]bool {
	out := map[string]bool{}
	for _, l := range c.Links {
		spec, _ := specOf(specs, l.Connector)
		open := commonOptions()
		for _, o := range spec.Options {
			if !o.Secret {
				open[o.Name] = o.Name
			}
		}
		for name := range l.Options {
			if _, ok := open[name]; !ok {
				out["links."+l.Name+".options."+name] = true
			}
		}
	}
	return out
}

type echo struct {
	specs   []sdk.Spec
	secrets map[string]bool
}

// value is the YAML of what was read at path, members in the shape's order.
func (e *echo) value(v any, s *shape, path string) *yaml.Node {
	if s.secret || e.secrets[path] {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: hidden}
	}
	switch v := v.(type) {
	case map[string]any:
		out := &yaml.Node{Kind: yaml.MappingNode}
		for _, name := range keys(v, s) {
			out.Content = append(out.Content, textNode(name), e.value(v[name], s.below(name), join(path, name)))
		}
		return out
	case []any:
		out := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		if s.form == list {
			out.Style = 0
		}
		for i, item := range v {
			out.Content = append(out.Content, e.value(item, s.below(""), fmt.Sprintf("%s[%d]", path, i)))
		}
		return out
	}
	if s.form == whole || s.form == number {
		return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(v)}
	}
	return textNode(withoutPassword(fmt.Sprint(v)))
}

func textNode(v string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: v}
}

// keys are a map's names: of the shape in its order, others sorted.
func keys(v map[string]any, s *shape) []string {
	if s.form != object {
		return slices.Sorted(maps.Keys(v))
	}
	return slices.DeleteFunc(s.names(), func(name string) bool { return v[name] == nil })
}

// below is the shape of what lies under a name.
func (s *shape) below(name string) *shape {
	if m, ok := s.member(name); ok {
		return m
	}
	if s.each != nil {
		return s.each
	}
	return &shape{form: free}
}

// withoutPassword hides the credentials in an address that holds some: before its host,
// and in parameters that are called a password, a secret or a token.
func withoutPassword(v string) string {
	if strings.HasPrefix(v, "kafka://") {
		return bus.Redacted(v)
	}
	scheme, rest, address := strings.Cut(v, "://")
	if !address {
		return v
	}
	if place, query, asked := strings.Cut(rest, "?"); asked {
		rest = place + "?" + secretParameter.ReplaceAllString(query, "${1}=hidden")
	}
	ends := "/?#"
	if strings.HasPrefix(scheme, "postgres") {
		ends = "/" // its driver takes a ? or a # before the @ for the password's
	}
	end := len(rest)
	if i := strings.IndexAny(rest, ends); i >= 0 && readable(v) {
		end = i
	}
	if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
		rest = "hidden" + rest[at:]
	}
	return scheme + "://" + rest
}

// readable reports whether an address can be read as one: in one that can't, letters of
// a password may stand where its host ends.
func readable(address string) bool {
	_, err := url.Parse(address)
	return err == nil
}

// secretParameter is a parameter of an address that is no one's business.
var secretParameter = regexp.MustCompile(`(?i)\b([a-z_.-]*(?:password|passwd|secret|token)[a-z_.-]*)=[^&]*`)
