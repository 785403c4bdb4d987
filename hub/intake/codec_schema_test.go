package intake_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/internal/document"
	"github.com/appealhub/appealhub/schemas"
	"github.com/appealhub/appealhub/sdk"
	"github.com/appealhub/appealhub/testdata"
)

// contract is one canonical schema and the checks in code that stand for it.
type contract struct {
	schema *jsonschema.Schema
	names  []string
	read   func(body []byte) error                   // decode and validate
	again  func(body []byte) (out []byte, err error) // read, normalize, encode
	same   func(body []byte) bool                    // the value decoded is encoding/json's
}

// decodesAs compares a decoder of ours with encoding/json, for documents that
// both take: that one knows no 1.0 for a whole number, and keeps empty lists.
func decodesAs[T any](decode func([]byte) (T, error), lists func(*T)) func([]byte) bool {
	return func(body []byte) bool {
		var want T
		if json.Unmarshal(body, &want) != nil {
			return true
		}
		lists(&want)
		got, err := decode(body)
		return err == nil && reflect.DeepEqual(got, want)
	}
}

// none makes an empty list none.
func none[T any](list *[]T) {
	if len(*list) == 0 {
		*list = nil
	}
}

func compile(t testing.TB, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, each := range schemas.All() {
		if !strings.HasSuffix(each, ".schema.json") {
			continue
		}
		body, err := schemas.Read(each)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			t.Fatal(each, err)
		}
		if err := c.AddResource(schemas.BaseID+each, doc); err != nil {
			t.Fatal(each, err)
		}
	}
	s, err := c.Compile(schemas.BaseID + name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func appealContract(t testing.TB) contract {
	return contract{
		schema: compile(t, schemas.Appeal),
		names:  append(testdata.CanonicalAppeals(), "bench-3kb.json"),
		read: func(body []byte) error {
			a, err := document.DecodeAppeal(body)
			if err != nil {
				return err
			}
			return a.Validate()
		},
		again: func(body []byte) ([]byte, error) {
			a, err := intake.ReadAppeal(body)
			if err != nil {
				return nil, err
			}
			return a.AppendJSON(nil)
		},
		same: decodesAs(document.DecodeAppeal, func(a *sdk.Appeal) {
			none(&a.Numbers)
			none(&a.CoApplicants)
			none(&a.Attachments)
			none(&a.Fields)
		}),
	}
}

func changeContract(t testing.TB) contract {
	return contract{
		schema: compile(t, schemas.StatusChange),
		names:  testdata.CanonicalChanges(),
		read: func(body []byte) error {
			c, err := document.DecodeChange(body)
			if err != nil {
				return err
			}
			return c.Validate()
		},
		again: func(body []byte) ([]byte, error) {
			c, err := intake.ReadChange(body)
			if err != nil {
				return nil, err
			}
			return c.AppendJSON(nil)
		},
		same: decodesAs(document.DecodeChange, func(c *sdk.StatusChange) { none(&c.Attachments) }),
	}
}

// compare holds the code's verdict on a document to the schema's, and what
// becomes of a good document to the schema and to itself.
func (c contract) compare(t *testing.T, what string, body []byte) (valid bool) {
	t.Helper()
	bySchema, byCode := c.bySchema(t, body), c.read(body)
	var refused *sdk.ValidationError
	switch {
	case (bySchema == nil) != (byCode == nil):
		t.Errorf("%s: the schema says %v, the code says %v; %.300s", what, bySchema, byCode, body)
		return false
	case byCode != nil:
		if !errors.As(byCode, &refused) || len(refused.Problems) == 0 {
			t.Errorf("%s: refused by %T %v", what, byCode, byCode)
		}
		return false
	}
	if !c.same(body) {
		t.Errorf("%s: decoded to another value than encoding/json's; %.300s", what, body)
	}
	once, err := c.again(body)
	if err != nil || c.bySchema(t, once) != nil {
		t.Errorf("%s: normalized to what is not valid: %v %v; %.300s", what, err, c.bySchema(t, once), once)
		return true
	}
	if twice, err := c.again(once); err != nil || !bytes.Equal(once, twice) {
		t.Errorf("%s: normalized twice it differs: %v\n%.300s\n%.300s", what, err, once, twice)
	}
	return true
}

func (c contract) bySchema(t *testing.T, body []byte) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%v: %.300s", err, body)
	}
	return c.schema.Validate(doc)
}

func tree(t *testing.T, body []byte) any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestCodeEqualsSchema(t *testing.T) {
	for _, test := range []struct {
		make        func(testing.TB) contract
		full, small string // the document that has every member, and one with few
	}{{appealContract, "appeal-everything.json", "appeal-minimal.json"}, {changeContract, "change-answered.json", "change-unmapped.json"}} {
		t.Run(test.full, func(t *testing.T) {
			t.Parallel()
			c := test.make(t)
			for _, name := range c.names {
				if !c.compare(t, name, canonical(t, name)) {
					t.Errorf("%s: is not valid", name)
				}
			}
			good, bad := 0, 0
			for _, m := range newMutator().byMember(tree(t, canonical(t, test.small)), tree(t, canonical(t, test.full))) {
				if c.compare(t, m.what, encode(t, m.doc)) {
					good++
				} else {
					bad++
				}
			}
			t.Logf("%d documents are valid, %d are not", good, bad)
			if good < 1000 || bad < 1000 {
				t.Error("so few show little")
			}
		})
	}
}

func whole(v any) any { return v }

// TestReadTwice: an appeal that was read is what is read of it again, so that who has it
// in memory need not.
func TestReadTwice(t *testing.T) {
	all := newMutator().byMember(tree(t, canonical(t, "appeal-minimal.json")), tree(t, canonical(t, "appeal-everything.json")))
	valid := 0
	for _, m := range append(all, mutation{what: "everything", doc: tree(t, canonical(t, "appeal-everything.json"))}) {
		first, err := intake.ReadAppeal(encode(t, m.doc))
		if err != nil {
			continue
		}
		valid++
		again, err := first.AppendJSON(nil)
		if err != nil {
			t.Errorf("%s: %v", m.what, err)
			continue
		}
		second, err := intake.ReadAppeal(again)
		if diff := cmp.Diff(first, second); diff != "" || err != nil {
			t.Errorf("%s: %v (-first +second)\n%s", m.what, err, diff)
		}
	}
	if valid < 1000 {
		t.Errorf("%d documents show little", valid)
	}
}

func canonical(t testing.TB, name string) []byte {
	t.Helper()
	body, err := testdata.Canonical(name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestCodeEqualsSchemaInPairs changes documents in several places at once, for
// rules that concern more than one member.
func TestCodeEqualsSchemaInPairs(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(59, 2006))
	m := newMutator()
	for _, c := range []contract{appealContract(t), changeContract(t)} {
		for _, name := range c.names {
			all := m.all(tree(t, canonical(t, name)), "", whole)
			for range 20 {
				first := all[random.IntN(len(all))]
				next := m.all(first.doc, "", whole)
				second := next[random.IntN(len(next))]
				c.compare(t, name+": "+first.what+"; "+second.what, encode(t, second.doc))
			}
		}
	}
}

// TestCorpusHoldsEveryMember: a member that no document has would be compared
// by nobody.
func TestCorpusHoldsEveryMember(t *testing.T) {
	for _, c := range []struct{ schema, file string }{
		{schemas.Appeal, "appeal-everything.json"}, {schemas.StatusChange, "change-answered.json"},
	} {
		raw, err := schemas.Read(c.schema)
		if err != nil {
			t.Fatal(err)
		}
		has := map[string]bool{"token": true} // change-rating.json, for a reference stands in its place
		note(tree(t, canonical(t, c.file)), has)
		for _, name := range declared(tree(t, raw)) {
			if !has[name] {
				t.Errorf("%s: no member %s", c.file, name)
			}
		}
	}
}

// note gathers the names of all members below v.
func note(v any, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name := range v {
			into[name] = true
			note(v[name], into)
		}
	case []any:
		for _, each := range v {
			note(each, into)
		}
	}
}

// declared gathers the names of all members that a schema declares.
func declared(schema any) []string {
	var out []string
	object, ok := schema.(map[string]any)
	if !ok {
		return nil
	}
	for name, each := range object {
		if members, ok := each.(map[string]any); ok && name == "properties" {
			out = slices.AppendSeq(out, maps.Keys(members))
		}
		out = append(out, declared(each)...)
	}
	return out
}

// TestOnlyADecoderSees: what a parsed document no longer shows, so that no
// schema can refuse it.
func TestOnlyADecoderSees(t *testing.T) {
	const rest = `"channel":"pos","text":"x","applicant":{"surname":"Примерова"}}`
	for what, test := range map[string]struct{ body, rule, path string }{
		"a member twice":               {`{"kind":"message","kind":"appeal",` + rest, sdk.RuleDuplicateKey, "/kind"},
		"a member twice, same value":   {`{"kind":"message","kind":"message",` + rest, sdk.RuleDuplicateKey, "/kind"},
		"a member twice, escaped":      {`{"kind":"message","k\u0069nd":"message",` + rest, sdk.RuleDuplicateKey, "/kind"},
		"a member twice, deep":         {`{"kind":"message","place":{"point":{"lat":1,"lon":2,"lat":3}},` + rest, sdk.RuleDuplicateKey, "/place/point/lat"},
		"invalid UTF-8 in a value":     {"{\"kind\":\"message\",\"address\":\"\xff\"," + rest, sdk.RuleInvalidUTF8, "/address"},
		"invalid UTF-8 in a name":      {"{\"kind\":\"message\",\"a\xff\":\"x\"," + rest, sdk.RuleInvalidUTF8, ""},
		"an overlong form":             {"{\"kind\":\"message\",\"address\":\"\xc0\xaf\"," + rest, sdk.RuleInvalidUTF8, "/address"},
		"a surrogate in UTF-8":         {"{\"kind\":\"message\",\"address\":\"\xed\xa0\x80\"," + rest, sdk.RuleInvalidUTF8, "/address"},
		"windows-1251":                 {"{\"kind\":\"message\",\"address\":\"\xcf\xf0\xe8\"," + rest, sdk.RuleInvalidUTF8, "/address"},
		"half of a surrogate pair":     {`{"kind":"message","address":"\ud83d",` + rest, sdk.RuleInvalidUTF8, "/address"},
		"the second half alone":        {`{"kind":"message","address":"\ude00\ud83d",` + rest, sdk.RuleInvalidUTF8, "/address"},
		"a second document":            {`{"kind":"message",` + rest + `{}`, sdk.RuleTrailingData, ""},
		"a document cut short":         {`{"kind":"message","channel":"po`, sdk.RuleSyntax, "/channel"},
		"nothing":                      {``, sdk.RuleSyntax, ""},
		"a comma too many":             {`{"kind":"message",,` + rest, sdk.RuleSyntax, ""},
		"a byte order mark":            {"\ufeff{\"kind\":\"message\"," + rest, sdk.RuleSyntax, ""},
		"a comment":                    {`{/**/"kind":"message",` + rest, sdk.RuleSyntax, ""},
		"a raw line break in a string": {"{\"kind\":\"message\",\"address\":\"a\nb\"," + rest, sdk.RuleSyntax, "/address"},
	} {
		_, err := intake.ReadAppeal([]byte(test.body))
		var refused *sdk.ValidationError
		if !errors.As(err, &refused) {
			t.Errorf("%s: got %v", what, err)
			continue
		}
		if !slices.ContainsFunc(refused.Problems, func(p sdk.Problem) bool { return p.Rule == test.rule && p.Path == test.path }) {
			t.Errorf("%s: want %s at %q, got %+v", what, test.rule, test.path, refused.Problems)
		}
		if strings.Contains(err.Error(), "Примерова") {
			t.Errorf("%s: the error quotes a name: %v", what, err)
		}
	}
}
