package hub

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// TestSchema: it takes what Load takes and refuses what Load refuses.
func TestSchema(t *testing.T) {
	schema := compiled(t)
	for name, c := range map[string]struct{ old, new, at string }{
		"good":                     {"", "", ""},
		"unknown setting":          {"data_dir:", "data_dri:", "'data_dri'"},
		"no version":               {"apiVersion: appealhub/v1\n", "", "'apiVersion'"},
		"unknown connector":        {"connector: pos", "connector: poss", "/links/pos/connector"},
		"unknown option":           {"username:", "usrname:", "/links/pos/options"},
		"missing option":           {"url: http://127.0.0.1:9101, ", "", "/links/pos/options"},
		"another connector's":      {"0123}", "0123, username: x}", "/links/rx/options"},
		"route without a target":   {"{from: api, to: rx}", "{from: api}", "/routes/2"},
		"bad name of a link":       {"  rx:", "  RX:", "'RX'"},
		"number through variables": {"2.5", "${RATE:-2.5}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var doc any
			if err := yaml.Unmarshal([]byte(strings.Replace(goodFile, c.old, c.new, 1)), &doc); err != nil {
				t.Fatal(err)
			}
			err := schema.Validate(plain(t, doc))
			if (err == nil) != (c.at == "") || err != nil && !strings.Contains(err.Error(), c.at) {
				t.Errorf("want a fault at %q, got %v", c.at, err)
			}
		})
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	if err := c.AddResource("hub.json", plain(t, Schema(testSpecs()))); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("hub.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// plain is v as JSON values.
func plain(t *testing.T, v any) any {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return out
}
