package schemas_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/appealhub/appealhub/schemas"
)

// documents decodes every schema by its name.
func documents(t *testing.T) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for _, name := range schemas.All() {
		body, err := schemas.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, ".schema.json") {
			continue
		}
		var doc map[string]any
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatal(name, err)
		}
		out[name] = doc
	}
	return out
}

func TestNames(t *testing.T) {
	all := documents(t)
	if diff := cmp.Diff([]string{schemas.Appeal, schemas.Topics, schemas.Rules, schemas.Event, schemas.API, schemas.StatusChange, schemas.Webhook}, schemas.All()); diff != "" {
		t.Error(diff)
	}
	for name, doc := range all {
		title := strings.TrimSuffix(name, ".schema.json")
		if doc["$id"] != schemas.BaseID+name || doc["title"] != title || doc["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
			t.Errorf("%s: $id %v, title %v, $schema %v", name, doc["$id"], doc["title"], doc["$schema"])
		}
	}
	if _, err := schemas.Read("appeal.v9.schema.json"); err == nil || !strings.Contains(err.Error(), schemas.Appeal) {
		t.Errorf("an unknown name: %v", err)
	}
}

// TestValid: each is a schema of draft 2020-12, and every reference leads
// somewhere.
func TestValid(t *testing.T) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for name := range documents(t) {
		body, err := schemas.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			t.Fatal(name, err)
		}
		if err := c.AddResource(schemas.BaseID+name, doc); err != nil {
			t.Fatal(name, err)
		}
	}
	for name := range documents(t) {
		s, err := c.Compile(schemas.BaseID + name)
		if err != nil {
			t.Fatal(err)
		}
		if s.DraftVersion != 2020 {
			t.Errorf("%s: draft %d", name, s.DraftVersion)
		}
	}
}

// walk calls visit with every schema within doc: its place and itself.
func walk(doc any, at string, visit func(at string, schema map[string]any)) {
	schema, ok := doc.(map[string]any)
	if !ok {
		return
	}
	visit(at, schema)
	for _, keyword := range []string{"properties", "$defs"} {
		if members, ok := schema[keyword].(map[string]any); ok {
			for name, member := range members {
				walk(member, at+"/"+keyword+"/"+name, visit)
			}
		}
	}
	walk(schema["items"], at+"/items", visit)
}

// TestClosed: no object takes a member that it does not declare, and every
// member that it requires is one.
func TestClosed(t *testing.T) {
	objects := 0
	for name, doc := range documents(t) {
		walk(doc, name, func(at string, schema map[string]any) {
			members, has := schema["properties"].(map[string]any)
			if !has && schema["type"] != "object" {
				return
			}
			objects++
			if schema["additionalProperties"] != false && schema["unevaluatedProperties"] != false {
				t.Errorf("%s: is open", at)
			}
			required, _ := schema["required"].([]any)
			for _, member := range required {
				if members[member.(string)] == nil {
					t.Errorf("%s: requires %v, which it does not declare", at, member)
				}
			}
		})
	}
	if objects < 15 {
		t.Errorf("only %d objects were looked at", objects)
	}
}

// TestEnums: no value of an enumeration stands twice.
func TestEnums(t *testing.T) {
	values := 0
	for name, doc := range documents(t) {
		walk(doc, name, func(at string, schema map[string]any) {
			seen := map[any]bool{}
			all, _ := schema["enum"].([]any)
			for _, v := range all {
				if values++; seen[v] {
					t.Errorf("%s: %v stands twice", at, v)
				}
				seen[v] = true
			}
		})
	}
	if values < 30 {
		t.Errorf("only %d values were looked at", values)
	}
}

// TestEveryMemberIsDescribed and bounded: by itself, or by the definition that
// it refers to.
func TestEveryMemberIsDescribed(t *testing.T) {
	all := documents(t)
	members := 0
	for name, doc := range all {
		walk(doc, name, func(at string, schema map[string]any) {
			members++
			if described(all, name, schema) == "" {
				t.Errorf("%s: has no description", at)
			}
			if schema["type"] == "array" && schema["maxItems"] == nil {
				t.Errorf("%s: has no bound", at)
			}
			if schema["type"] == "integer" && (schema["minimum"] == nil || schema["maximum"] == nil) {
				t.Errorf("%s: has no bounds", at)
			}
		})
	}
	if members < 100 {
		t.Errorf("only %d members were looked at", members)
	}
}

// described returns a schema's description or that of what it refers to.
func described(all map[string]map[string]any, name string, schema map[string]any) string {
	if text, _ := schema["description"].(string); text != "" {
		return text
	}
	ref, _ := schema["$ref"].(string)
	file, place, _ := strings.Cut(ref, "#/$defs/")
	if file == "" {
		file = name
	}
	defs, _ := all[file]["$defs"].(map[string]any)
	target, _ := defs[place].(map[string]any)
	text, _ := target["description"].(string)
	return text
}
