package directumrxsim

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
)

// Whatever a filter is, it is refused or can be evaluated, and what is looked up
// by an index is what a look at every entity finds.
func FuzzFilter(f *testing.F) {
	s := New(Config{})
	t := s.schema.sets["IRequests"]
	for _, note := range []string{"a", "b", "a"} {
		q := s.newRow(s.schema.by["IRequestQuestion"], map[string]any{"ReviewResult": "Draft", "Question": s.find(s.schema.sets["IQuestions"], 3)})
		s.make(t, map[string]any{"Note": note, "Subject": nil, "Questions": []*entity{q}})
	}
	for _, seed := range []string{
		"Id eq 1", "Id in (1,2)", "Id gt 1 and Note eq 'a'", "Note eq 'a' or Subject eq null", "not (Note ne 'b')", "Questions/any(q: q/Question/FullCode eq '1')",
		"contains(tolower(Note),'A')", "Created gt 2026-01-01T00:00:00Z", "Correspondent/Id eq 1", "InResponseTo/Id eq 1 or Id eq 2", "Note in ('a',null)", "((((", "Id eq 1 or", "''''",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(tt *testing.T, filter string) {
		n, err := s.parseFilter(t, filter)
		if err != nil {
			return
		}
		found, _ := s.choose(t, &page{filter: n, top: -1})
		count := 0
		for _, e := range s.table(t).list {
			if n.holds(scope{"": e}) {
				count++
			}
		}
		if len(found) != count {
			tt.Errorf("%s: %d are found of %d", filter, len(found), count)
		}
	})
}

// What is read of a body in JSON is what a JSON decoder makes of it.
func FuzzValueReader(f *testing.F) {
	for _, seed := range []string{`{"Value":"YWJj"}`, ` { "Value" : "YWI\u003d" } `, `{"Value":"a\/b+"}`, `{"Value":""}`, `{"Value":"YWJj"`, `{"value":"YWJj"}`, `{"Value":"YQ"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := io.ReadAll(newValueReader(strings.NewReader(in)))
		if err != nil {
			return
		}
		var want struct{ Value []byte }
		if err := json.Unmarshal([]byte(in), &want); err != nil {
			if strings.ContainsAny(in, "\r\n") {
				return // base64 takes line breaks, JSON texts don't
			}
			t.Fatalf("%q is taken, and is no JSON: %v", in, err)
		}
		if string(got) != string(want.Value) {
			t.Errorf("%q: got %q, want %q", in, got, want.Value)
		}
	})
}
