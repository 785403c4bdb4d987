package bus

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/schemas"
)

// contract is the AsyncAPI document.
func contract(t *testing.T) map[string]any {
	t.Helper()
	raw, err := schemas.Read(schemas.Topics)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func at(t *testing.T, doc any, path ...string) map[string]any {
	t.Helper()
	for _, name := range path {
		m, ok := doc.(map[string]any)
		if !ok || m[name] == nil {
			t.Fatalf("the document has no %s", strings.Join(path, "/"))
		}
		doc = m[name]
	}
	return doc.(map[string]any)
}

// TestContract holds the AsyncAPI document to the code: topics, types of messages
// and names of headers.
func TestContract(t *testing.T) {
	doc := contract(t)
	var topics, kinds []string
	for name := range at(t, doc, "channels") {
		topics = append(topics, at(t, doc, "channels", name)["address"].(string))
	}
	for name := range at(t, doc, "components", "messages") {
		kinds = append(kinds, at(t, doc, "components", "messages", name)["name"].(string))
	}
	slices.Sort(topics)
	slices.Sort(kinds)
	var c Config
	if d := cmp.Diff([]string{c.Dead(), c.Events(), c.Inbound()}, topics); d != "" {
		t.Errorf("topics: %s", d)
	}
	want := []string{TypeAppeal, TypeChange, TypeRejected, TypeCursor, TypeEvent, TypeDead}
	slices.Sort(want)
	if d := cmp.Diff(want, kinds); d != "" {
		t.Errorf("types: %s", d)
	}
	headers := slices.Sorted(maps.Keys(at(t, doc, "components", "schemas", "headers", "properties")))
	named := []string{
		HeaderSpec, HeaderID, HeaderSource, HeaderType, HeaderTime, HeaderSubject, HeaderDataRef, HeaderSequence, HeaderLink, HeaderActor, HeaderReason,
		HeaderKind, HeaderContentType,
	}
	slices.Sort(named)
	if d := cmp.Diff(named, headers); d != "" {
		t.Errorf("headers: %s", d)
	}
}

// TestContractChannels: each topic carries the types that the code puts there, each
// with its document, and the hub reads and writes them as the operations say.
func TestContractChannels(t *testing.T) {
	doc := contract(t)
	var c Config
	for topic, want := range map[string]struct {
		action  string
		carries map[string]string // payload's document by type
	}{
		c.Inbound(): {"receive", map[string]string{TypeAppeal: schemas.Appeal, TypeChange: schemas.StatusChange, TypeRejected: "", TypeCursor: ""}},
		c.Events():  {"send", map[string]string{TypeEvent: schemas.Event}},
		c.Dead():    {"send", map[string]string{TypeDead: ""}},
	} {
		channel := channelAt(t, doc, topic)
		got := map[string]string{}
		for name := range at(t, doc, "channels", channel, "messages") {
			ref := at(t, doc, "channels", channel, "messages", name)["$ref"].(string)
			m := at(t, doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
			document, _ := at(t, m, "payload")["$ref"].(string)
			got[m["name"].(string)] = document
		}
		if d := cmp.Diff(want.carries, got); d != "" {
			t.Errorf("%s carries: %s", topic, d)
		}
		var actions []string
		for name, operation := range at(t, doc, "operations") {
			if at(t, doc, "operations", name, "channel")["$ref"] == "#/channels/"+channel {
				actions = append(actions, operation.(map[string]any)["action"].(string))
			}
		}
		if d := cmp.Diff([]string{want.action}, actions); d != "" {
			t.Errorf("the hub's operations on %s: %s", topic, d)
		}
	}
}

// channelAt is the name of the channel with the address.
func channelAt(t *testing.T, doc map[string]any, topic string) string {
	t.Helper()
	for name := range at(t, doc, "channels") {
		if at(t, doc, "channels", name)["address"] == topic {
			return name
		}
	}
	t.Fatalf("the document has no channel for %s", topic)
	return ""
}

// TestContractRequired: what the hub publishes of its journal has the headers that
// the document requires, and the content type it names.
func TestContractRequired(t *testing.T) {
	doc := contract(t)
	event := journal.Event{ID: "e", Stream: "a", Sequence: 3, Kind: journal.DeliveryDead, At: time.Now(), Link: "rx"}
	told, err := eventMessage(&event)
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]Message{"event": told, "dead": deadMessage(&journal.Unpublished{Event: event}, "in")} {
		for _, required := range at(t, doc, "components", "schemas", "headers")["required"].([]any) {
			if m.Get(required.(string)) == "" {
				t.Errorf("%s has no %s", name, required)
			}
		}
		if m.Get(HeaderSpec) != at(t, doc, "components", "schemas", "headers", "properties", HeaderSpec)["const"] || m.Get(HeaderType) != at(t, doc, "components", "messages", name)["name"] {
			t.Errorf("%s: headers %v", name, m.Headers)
		}
		if m.Get(HeaderContentType) != doc["defaultContentType"] {
			t.Errorf("%s: content type %s", name, m.Get(HeaderContentType))
		}
	}
}

// TestContractDead: a dead letter has the headers that the document names, and no
// others.
func TestContractDead(t *testing.T) {
	failure := at(t, contract(t), "components", "schemas", "failure")["allOf"].([]any)[1]
	known := map[string]bool{}
	for name := range at(t, failure, "properties") {
		known[name] = false
	}
	m := deadMessage(&journal.Unpublished{Why: "no such district", Event: journal.Event{
		ID: "e", Stream: "a", Sequence: 3, Kind: journal.DeliveryDead, At: time.Now(), Link: "rx", Verb: journal.VerbAttachment, Delivery: 7, Attachment: "f", Reason: "rejected",
	}}, "in")
	r := deadMessage(&journal.Unpublished{Why: "is no JSON", Was: &journal.Original{Key: "pos/1", Headers: []journal.Header{{Name: HeaderID, Value: "i"}, {Name: HeaderType, Value: TypeAppeal}}}, Event: journal.Event{
		ID: "r", Stream: "link:pos", Sequence: 1, Kind: journal.ItemRejected, At: time.Now(), Link: "pos", RefID: "1", Token: "3-7", Reason: journal.ReasonUnparsable,
	}}, "in")
	if m.Get("__connect.errors.topic") != "" || r.Get("__connect.errors.topic") != "in" || r.Get("__connect.errors.partition") != "3" || r.Get("__connect.errors.offset") != "7" {
		t.Errorf("where it lies: %v, %v", m.Headers, r.Headers)
	}
	if r.Key != "pos/1" {
		t.Errorf("key %s", r.Key)
	}
	for _, h := range slices.Concat(m.Headers, r.Headers) {
		if _, ok := known[h.Name]; !ok && !strings.HasPrefix(h.Name, "ce_") && h.Name != HeaderContentType {
			t.Errorf("%s is not in the document", h.Name)
		}
		known[h.Name] = true
	}
	for name, seen := range known {
		if !seen {
			t.Errorf("%s is missing", name)
		}
	}
}

// TestContractRefs: every reference of the document leads somewhere.
func TestContractRefs(t *testing.T) {
	doc := contract(t)
	count := 0
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				count++
				if path, local := strings.CutPrefix(ref, "#/"); local {
					at(t, doc, strings.Split(path, "/")...)
				} else if !slices.Contains(schemas.All(), ref) {
					t.Errorf("%s is no document", ref)
				}
			}
			for _, one := range v {
				walk(one)
			}
		}
	}
	walk(doc)
	if count < 10 {
		t.Errorf("%d references only", count)
	}
}
