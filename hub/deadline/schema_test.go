package deadline_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/schemas"
)

// verdict compiles the JSON Schema of rules.
func verdict(t *testing.T) func(doc any) error {
	t.Helper()
	body, err := schemas.Read(schemas.Rules)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(schemas.BaseID+schemas.Rules, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(schemas.BaseID + schemas.Rules)
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate
}

// asJSON is a YAML document as the schema sees it: dates are texts.
func asJSON(n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return asJSON(n.Content[0])
	case yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			out[n.Content[i].Value] = asJSON(n.Content[i+1])
		}
		return out
	case yaml.SequenceNode:
		out := []any{}
		for _, item := range n.Content {
			out = append(out, asJSON(item))
		}
		return out
	}
	var v any
	if n.Tag == "!!timestamp" || n.Decode(&v) != nil {
		return n.Value
	}
	return v
}

func document(t interface{ Fatal(...any) }, data []byte) any {
	var n yaml.Node
	if err := yaml.Unmarshal(data, &n); err != nil {
		t.Fatal(err)
	}
	return asJSON(&n)
}

// files are good files of rules.
func files(t *testing.T) [][]byte {
	t.Helper()
	all := [][]byte{[]byte(rulesFile), []byte("format: appealhub/deadline-rules/v1\nset: x\nversion: 2026-01-01\nextends: [ru-pos]\nrules:\n" +
		"- {id: pos-fast-track, enabled: true, table: {a: 1, b: 2}, categories: [12], restarted_by: [forwarded], instead_of: [notice], pauses: true}\n")}
	for _, name := range []string{"ru-59fz", "ru-pos"} {
		set, err := deadline.ShippedSet(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, set)
	}
	return all
}

// TestSchemaAndDecoder: the JSON Schema and the decoder come to the same verdict
// of each good file, and of each with one thing changed.
func TestSchemaAndDecoder(t *testing.T) {
	validate := verdict(t)
	good := files(t)
	for _, file := range good {
		if err := validate(document(t, file)); err != nil {
			t.Errorf("the schema refuses %.60s: %v", file, err)
		}
		if faults := deadline.RuleShape(file); len(faults) > 0 {
			t.Errorf("the decoder refuses %.60s: %v", file, faults)
		}
	}
	refused := 0
	rapid.Check(t, func(t *rapid.T) {
		doc := document(t, rapid.SampledFrom(good).Draw(t, "file"))
		doc = change(t, doc)
		text, err := json.Marshal(doc) // JSON is YAML
		if err != nil {
			t.Fatal(err)
		}
		schema, faults := validate(document(t, text)), deadline.RuleShape(text)
		if (schema == nil) != (len(faults) == 0) {
			t.Fatalf("the schema says %v, the decoder %v of\n%s", schema, faults, text)
		}
		if schema != nil {
			refused++
		}
	})
	if refused == 0 {
		t.Error("nothing was refused")
	}
}

// change puts one other value somewhere into a document, or takes one out.
func change(t *rapid.T, doc any) any {
	values := []any{
		nil, true, false, "", " ", "x", 0, 1, 30, -1, 3650, 3651, 1.5, "2026-02-28", "2026-02-30", "appeal", "answer", "registered", "calendar_days", "calendar",
		[]any{}, []any{"appeal"}, []any{"answer", "answer"}, []any{"answered"}, []any{"promised"}, []any{1, 2}, []any{nil},
		map[string]any{}, map[string]any{"x": 1}, map[string]any{"x": 0}, map[string]any{"from": "2026-01-01"}, map[string]any{"length": 1, "article": "x"},
	}
	names := []string{"id", "term", "length", "table", "categories", "kinds", "in_force", "extension", "ended_by", "restarted_by", "instead_of", "enabled", "on_day_off", "unit", "of", "strange", "Term"}
	switch v := doc.(type) {
	case map[string]any:
		keys := []string{}
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		switch what := rapid.IntRange(0, 9).Draw(t, "what"); {
		case what == 0 || len(keys) == 0:
			v[rapid.SampledFrom(names).Draw(t, "new name")] = rapid.SampledFrom(values).Draw(t, "new value")
		case what == 1:
			delete(v, rapid.SampledFrom(keys).Draw(t, "name"))
		default:
			k := rapid.SampledFrom(keys).Draw(t, "name")
			v[k] = change(t, v[k])
		}
		return v
	case []any:
		if len(v) > 0 && rapid.IntRange(0, 9).Draw(t, "what") > 0 {
			i := rapid.IntRange(0, len(v)-1).Draw(t, "item")
			v[i] = change(t, v[i])
			return v
		}
	}
	return rapid.SampledFrom(values).Draw(t, "value")
}

// TestSchemaKnowsTheSame: what the schema lists is what the code lists.
func TestSchemaKnowsTheSame(t *testing.T) {
	body, err := schemas.Read(schemas.Rules)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range deadline.Events() {
		if !strings.Contains(string(body), `"`+string(e)+`"`) {
			t.Errorf("the schema does not know the event %s", e)
		}
	}
	for _, term := range deadline.TermIDs() {
		if !strings.Contains(string(body), `"`+string(term)+`"`) {
			t.Errorf("the schema does not know the term %s", term)
		}
	}
}
