package directumrxsim_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/connectors/directumrx/directumrxsim"
)

type state struct {
	Counts           map[string]int
	Versions, Bodies int
	Duplicates       map[string][]struct {
		Property, Value string
		IDs             []int64
	}
}

func (s *stand) state() state {
	s.t.Helper()
	var got state
	if status := s.control("GET", "state", "", &got); status != 200 {
		s.t.Fatal(status)
	}
	return got
}

func TestState(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	first, second := s.request("a"), s.request("a")
	s.request("b")
	s.version(first)
	got := s.state()
	if got.Counts["IRequests"] != 3 || got.Counts["IPersons"] != 3 || got.Versions != 1 || got.Bodies != 0 {
		t.Errorf("%+v", got)
	}
	documents, people := got.Duplicates["documents"], got.Duplicates["correspondents"]
	if len(documents) != 1 || documents[0].Property != "Note" || documents[0].Value != "a" || !cmp.Equal(documents[0].IDs, []int64{first, second}) {
		t.Errorf("%+v", documents)
	}
	if len(people) != 1 || people[0].Property != "ExternalId" || len(people[0].IDs) != 2 {
		t.Errorf("%+v", people)
	}
	var list []document
	if status := s.control("GET", "documents?set=IRequests", "", &list); status != 200 || len(list) != 3 {
		t.Errorf("%d, %d documents", status, len(list))
	}
	var all []any
	if status := s.control("GET", "correspondents", "", &all); status != 200 || len(all) != 5 {
		t.Errorf("%d, %d correspondents", status, len(all))
	}
	for _, id := range []string{"99", "x"} {
		if status := s.control("GET", "documents/"+id, "", nil); status != 404 {
			t.Errorf("document %s: %d", id, status)
		}
	}
}

func TestScriptsThatMakeNoSense(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	id := s.request("a")
	for _, bad := range []string{
		`{"script":[{"do":"dance"}]}`, `{"script":[{"do":"forward"}]}`, `{"script":[{"do":"set"}]}`, `{"script":[{"do":"answer","result":"Fine"}]}`,
		`{"script":[{"do":"extend","days":-1}]}`, `{"script":[{"do":"extend","days":4611686018427387904}]}`, `{"script":[{"do":"answer","file":{"size":4611686018427387904}}]}`, `{"script":[{"do":"take","after":"soon"}]}`, `{"again":[{"do":""}]}`, `{`,
		`{"scrpt":[{"do":"take"}]}`, `{"script":[{"do":"extend","dayz":3}]}`,
	} {
		for _, path := range []string{"scripts", fmt.Sprintf("documents/%d/script", id)} {
			if status := s.control("POST", path, bad, nil); status != 400 {
				t.Errorf("%s %s: %d", path, bad, status)
			}
		}
	}
	if status := s.control("POST", "scripts", `[{"match":"x","script":[{"do":"take"}]},{"script":[{"do":"dance"}]}]`, nil); status != 400 {
		t.Errorf("a list with one that makes no sense: %d", status)
	}
	var all []any
	if s.control("GET", "scripts", "", &all); len(all) != 0 {
		t.Errorf("something was kept: %v", all)
	}
	s.script(`[{"match":"x","script":[{"do":"take"}]},{"match":"x","script":[{"do":"leave"}]}]`)
	if s.control("GET", "scripts", "", &all); len(all) != 1 {
		t.Errorf("the same match is kept twice: %v", all)
	}
	if status := s.control("DELETE", "scripts", "", nil); status != 204 {
		t.Errorf("delete: %d", status)
	}
}

func TestLostResponses(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	if status := s.control("POST", "faults", `{"fault":"drop_after","method":"POST","path":"/Integration/odata/IPersons","times":1}`, nil); status != 201 {
		t.Fatal(status)
	}
	post := func(s *stand) error {
		req, err := http.NewRequestWithContext(t.Context(), "POST", s.url+"/Integration/odata/IPersons", strings.NewReader(`{"FirstName":"Анна","ExternalId":"p"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("hub", "rx-password")
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	if err := post(s); err == nil {
		t.Error("the response came")
	}
	if got := s.ids("IPersons", "ExternalId eq 'p'"); len(got) != 1 {
		t.Errorf("the work was not done: %v", got)
	}
	lost := []string{"", ""}
	for i := range lost {
		s := start(t, directumrxsim.Config{Drop: 0.5, Seed: 7})
		for range 40 {
			lost[i] += map[bool]string{true: ".", false: "x"}[post(s) == nil]
		}
		if got := s.state().Counts["IPersons"]; got != 40 {
			t.Errorf("%d of 40 were made", got)
		}
	}
	if lost[0] != lost[1] || strings.Count(lost[0], "x") < 10 || strings.Count(lost[0], "x") > 30 {
		t.Error(lost)
	}
}

func TestManyClients(t *testing.T) {
	s := start(t, directumrxsim.Config{Script: []directumrxsim.Step{{Do: directumrxsim.Take}, {Do: directumrxsim.Answer}}})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for n := range 20 {
				external := fmt.Sprintf("%d-%d", i, n)
				id := s.request(external)
				if got := s.ids("IRequests", "Note eq '"+external+"'"); len(got) != 1 || got[0] != id {
					t.Errorf("%s: %v", external, got)
				}
				if got := s.do("POST", s.version(id), `{"Value":"YWJj"}`); got.status != 201 {
					t.Errorf("%s: %d %s", external, got.status, got.body)
				}
				s.must(204, "PATCH", fmt.Sprintf("IRequests(%d)", id), `{"Subject":"x"}`, nil)
				s.state()
			}
		})
	}
	group.Wait()
	got := s.state()
	if got.Counts["IRequests"] != 160 || got.Counts["IOutgoingLetters"] != 160 || got.Bodies != 320 || len(got.Duplicates["documents"]) != 0 {
		t.Errorf("%+v", got)
	}
}

// The same requests to stands of one seed have the same answers.
func TestTheSameForASeed(t *testing.T) {
	var told []string
	for range 2 {
		s := start(t, directumrxsim.Config{Seed: 3, Script: []directumrxsim.Step{{Do: directumrxsim.Take}, {Do: directumrxsim.Answer, File: &directumrxsim.File{Name: "о.bin", Size: 70_000}}}})
		s.request("a")
		s.request("b")
		var all any
		s.control("GET", "documents", "", &all)
		told = append(told, fmt.Sprint(all))
	}
	if told[0] != told[1] {
		t.Error(cmp.Diff(told[0], told[1]))
	}
}
