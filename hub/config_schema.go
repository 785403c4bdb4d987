package hub

import (
	"maps"
	"slices"

	"github.com/appealhub/appealhub/sdk"
)

// Schema returns the JSON Schema (2020-12) of the configuration file with the
// connectors that specs describe, for editors.
func Schema(specs []sdk.Spec) map[string]any {
	out := fileShape().schema()
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	out["title"] = "appealhub configuration"
	links := out["properties"].(map[string]any)["links"].(map[string]any)
	one := links["additionalProperties"].(map[string]any)
	one["properties"].(map[string]any)["connector"].(map[string]any)["enum"] = slices.Sorted(slices.Values(connectorNames(specs)))
	var cases []any
	for _, s := range specs {
		cases = append(cases, map[string]any{
			"if":   map[string]any{"properties": map[string]any{"connector": map[string]any{"const": s.Name}}},
			"then": map[string]any{"properties": map[string]any{"options": optionsSchema(s)}},
		})
	}
	if cases != nil {
		one["allOf"] = cases
	}
	return out
}

// schema is the JSON Schema of a shape. A number may be written as text, since
// it may refer to a variable.
func (s *shape) schema() map[string]any {
	out := map[string]any{}
	switch s.form {
	case object:
		s.objectSchema(out)
	case mapping:
		out["type"], out["additionalProperties"] = "object", s.each.schema()
		out["propertyNames"] = map[string]any{"pattern": s.keys}
	case list:
		out["type"], out["items"] = "array", s.each.schema()
	case texts:
		one := (&shape{}).schema()
		out["anyOf"] = []any{one, map[string]any{"type": "array", "items": one}}
	case free:
		out["type"] = "object"
	case whole, size:
		out["type"] = []any{"string", "integer"}
	case number:
		out["type"] = []any{"string", "number"}
	case text:
		out["type"] = []any{"string", "number"} // 77 is read as it is written
	default:
		out["type"] = "string"
	}
	s.words(out)
	return out
}

// words adds what people read, and the values allowed.
func (s *shape) words(out map[string]any) {
	if s.about != "" {
		out["description"] = s.about
	}
	if s.fallback != "" {
		out["default"] = s.fallback
	}
	if s.oneOf != nil {
		out["enum"] = s.oneOf
	}
}

func (s *shape) objectSchema(out map[string]any) {
	properties := map[string]any{}
	var required []string
	for _, m := range s.members {
		properties[m.name] = m.schema()
		if m.required {
			required = append(required, m.name)
		}
	}
	out["type"], out["properties"], out["additionalProperties"] = "object", properties, false
	if required != nil {
		out["required"] = required
	}
}

// optionsSchema describes a connector's options and those of every link.
func optionsSchema(s sdk.Spec) map[string]any {
	properties := map[string]any{}
	var required []string
	for _, name := range slices.Sorted(maps.Keys(commonOptions())) {
		properties[name] = map[string]any{"description": commonOptions()[name]}
	}
	for _, o := range s.Options {
		p := map[string]any{"description": o.Summary}
		if o.Default != "" {
			p["default"] = o.Default
		}
		properties[o.Name] = p
		if o.Required {
			required = append(required, o.Name)
		}
	}
	out := map[string]any{"type": "object", "description": s.Summary, "properties": properties, "additionalProperties": false}
	if required != nil {
		out["required"] = required
	}
	return out
}
