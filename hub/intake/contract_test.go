package intake

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/schemas"
	"github.com/appealhub/appealhub/sdk"
)

// topicsContract is what the AsyncAPI document says of messages.
type topicsContract struct {
	DefaultContentType string `yaml:"defaultContentType"`
	Components         struct {
		Schemas  struct{ Headers object }
		Messages map[string]struct {
			Name        string
			ContentType string `yaml:"contentType"`
			Payload     object
		}
	}
}

type object struct {
	Required   []string
	Properties map[string]any
}

// TestContract: what the hub puts into the inbound topic has the headers and the
// content type that the AsyncAPI document names, and a cursor its members.
func TestContract(t *testing.T) {
	raw, err := schemas.Read(schemas.Topics)
	if err != nil {
		t.Fatal(err)
	}
	var doc topicsContract
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	in := New(Config{Now: time.Now})
	cursor := in.cursorRecord(&journal.Position{Link: "pos", Feed: "appeals", At: "7", Epoch: 3})
	messages := map[string]bus.Message{"cursor": cursor}
	for name, e := range map[string]journal.Entry{
		"appeal":   {Link: "pos", Actor: "site", Appeal: &sdk.Appeal{Ref: sdk.Ref{Link: "pos", ID: "1"}}},
		"change":   {Link: "pos", Change: &sdk.StatusChange{ID: "2", Ref: sdk.Ref{Link: "pos", ID: "1"}}},
		"rejected": {Link: "pos", Rejected: &sdk.Raw{Body: []byte("?"), Reason: "is no JSON"}},
	} {
		if messages[name], err = in.message(&e); err != nil {
			t.Fatal(err)
		}
	}
	for name, m := range messages {
		told := doc.Components.Messages[name]
		contentType := told.ContentType
		if contentType == "" {
			contentType = doc.DefaultContentType
		}
		if m.Get(bus.HeaderType) != told.Name || m.Get(bus.HeaderContentType) != contentType {
			t.Errorf("%s: headers %v, and the document says %s, %s", name, m.Headers, told.Name, contentType)
		}
		for _, required := range doc.Components.Schemas.Headers.Required {
			if m.Get(required) == "" {
				t.Errorf("%s has no %s", name, required)
			}
		}
		for _, h := range m.Headers {
			if doc.Components.Schemas.Headers.Properties[h.Name] == nil {
				t.Errorf("%s: %s is not in the document", name, h.Name)
			}
		}
	}
	var members map[string]any
	if err := json.Unmarshal(cursor.Value, &members); err != nil {
		t.Fatal(err)
	}
	payload := doc.Components.Messages["cursor"].Payload
	is := slices.Sorted(maps.Keys(members))
	if d := cmp.Diff(slices.Sorted(maps.Keys(payload.Properties)), is) + cmp.Diff(slices.Sorted(slices.Values(payload.Required)), is); d != "" {
		t.Errorf("members of a cursor: %s", d)
	}
}
