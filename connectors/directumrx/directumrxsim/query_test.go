package directumrxsim_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/connectors/directumrx/directumrxsim"
)

func TestFilters(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	s.add("IPersons", `{"FirstName":"Анна"}`) // 3: two companies stand before it
	for i := range 6 {
		s.add("IRequests", fmt.Sprintf(`{"DocumentKind":{"Id":1},"Subject":"Дом %d","Note":"n%d","IsRepeated":%v,"RequestDate":"2026-11-0%dT00:00:00+03:00"}`, i+1, i+1, i%2 == 0, i+1))
	}
	s.add("IRequests", `{"DocumentKind":{"Id":2},"Correspondent":{"Id":3},"Note":"it's","Questions":[{"Question":{"Id":3},"ReviewResult":"Active"},{"Question":{"Id":6}}]}`)
	for filter, want := range map[string][]int64{
		"Id eq 3":                                                  {3},
		"Id in (2,4,99)":                                           {2, 4},
		"Id in (4,2)":                                              {2, 4},
		"Id eq 1 or Id eq 5 or Id eq 1":                            {1, 5},
		"Id gt 5":                                                  {6, 7},
		"Id ge 5 and Id lt 7":                                      {5, 6},
		"Note eq 'n2'":                                             {2},
		"Note in ('n1','n6')":                                      {1, 6},
		"Note eq 'it''s'":                                          {7},
		"Note eq 'n2' or Note eq null":                             {2},
		"Note eq 'n2' and Id eq 3":                                 {},
		"Subject eq null":                                          {7},
		"Subject ne null and IsRepeated eq true":                   {1, 3, 5},
		"not IsRepeated and Id lt 5":                               {2, 4},
		"not (Id eq 1 or Id gt 2)":                                 {2},
		"contains(Subject,'ом 4')":                                 {4},
		"startswith(Subject,'Дом') and Id gt 4":                    {5, 6},
		"endswith(Subject, '6')":                                   {6},
		"tolower(Subject) eq 'дом 1'":                              {1},
		"RequestDate ge 2026-11-05T00:00:00+03:00":                 {5, 6},
		"RequestDate eq 2026-11-04T21:00:00Z":                      {5},
		"RequestDate lt 2026-11-02T00:00:00Z":                      {1, 2},
		"DocumentKind/Id eq 2":                                     {7},
		"DocumentKind/Name eq 'Входящее письмо'":                   {7},
		"Correspondent/Id in (3)":                                  {7},
		"Correspondent ne null":                                    {7},
		"LifeCycleState eq 'Draft' and Id le 1":                    {1},
		"Questions/any(q: startswith(q/Question/FullCode,'0003'))": {7},
		"Questions/any(q:q/ReviewResult eq 'Active')":              {7},
		"Questions/all(q: q/ReviewResult eq 'Active') and Id ge 6": {6},
		"Questions/any()":                                          {7},
	} {
		if diff := cmp.Diff(want, s.ids("IRequests", filter)); diff != "" {
			t.Errorf("%s: %s", filter, diff)
		}
	}
	if got := s.ids("IOfficialDocuments", "Note eq 'n2'"); len(got) != 1 {
		t.Errorf("a base set does not show what derives from it: %v", got)
	}
	if got := s.ids("IIncomingLetters", "Note eq 'n2'"); len(got) != 0 {
		t.Errorf("a set shows another's: %v", got)
	}
}

func TestFoundAgainAfterChange(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	id := s.request("old")
	s.must(204, "PATCH", fmt.Sprintf("IRequests(%d)", id), `{"Note":"new"}`, nil)
	if got := s.ids("IRequests", "Note eq 'old'"); len(got) != 0 {
		t.Errorf("found by the old value: %v", got)
	}
	if got := s.ids("IRequests", "Note eq 'new'"); len(got) != 1 {
		t.Errorf("not found by the new value: %v", got)
	}
}

func TestPages(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	for i := range 7 {
		s.add("ICompanies", fmt.Sprintf(`{"Name":"К%d"}`, 9-i)) // ids 3 to 9
	}
	var seen []int64
	for after := int64(0); ; {
		var page struct{ Value []created }
		s.must(200, "GET", fmt.Sprintf("ICounterparties?$filter=%s&$orderby=Id&$top=4", url.QueryEscape(fmt.Sprint("Id gt ", after))), "", &page)
		if len(page.Value) == 0 {
			break
		}
		for _, one := range page.Value {
			seen = append(seen, one.ID)
			after = one.ID
		}
	}
	if diff := cmp.Diff([]int64{1, 2, 3, 4, 5, 6, 7, 8, 9}, seen); diff != "" {
		t.Error(diff)
	}
	var page struct {
		Count int `json:"@odata.count"`
		Value []struct{ Name string }
	}
	s.must(200, "GET", "ICompanies?$orderby=Name+desc,Id&$top=2&$skip=1&$count=true&$filter=Id+gt+2", "", &page)
	if page.Count != 7 || len(page.Value) != 2 || page.Value[0].Name != "К8" || page.Value[1].Name != "К7" {
		t.Errorf("%+v", page)
	}
	if got := s.do("GET", "ICompanies/$count?$filter=Id+gt+2", ""); got.body != "7" {
		t.Errorf("count: %d %s", got.status, got.body)
	}
}

func TestExpand(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	id := s.request("a")
	version := s.add(fmt.Sprintf("IRequests(%d)/Versions", id), `{"Note":"Текст","AssociatedApplication":{"Id":1}}`)
	s.must(201, "POST", fmt.Sprintf("IElectronicDocuments(%d)/Versions(%d)/Body", id, version), `{"Value":"YWJj"}`, nil)
	var got struct {
		ID        int64
		Note      *string
		Questions []struct {
			ReviewResult string
			Question     struct{ FullCode, Name string }
		}
		Versions []struct {
			Number                int
			AssociatedApplication struct{ Extension string }
			Body                  struct{ Value []byte }
		}
	}
	s.must(200, "GET", fmt.Sprintf("IRequests(%d)?$select=Id&$expand=%s", id, url.QueryEscape("Questions($select=ReviewResult;$expand=Question($select=Name,FullCode)),Versions($expand=AssociatedApplication,Body)")), "", &got)
	if got.Note != nil || len(got.Questions) != 1 || got.Questions[0].Question.FullCode != "0005.0005.0056.1156" || got.Questions[0].ReviewResult != "Draft" {
		t.Errorf("%+v", got)
	}
	if len(got.Versions) != 1 || got.Versions[0].Number != 1 || got.Versions[0].AssociatedApplication.Extension != "txt" || string(got.Versions[0].Body.Value) != "abc" {
		t.Errorf("%+v", got.Versions)
	}
	var rows struct{ Value []created }
	s.must(200, "GET", fmt.Sprintf("IRequests(%d)/Versions?$expand=AssociatedApplication", id), "", &rows)
	if len(rows.Value) != 1 || rows.Value[0].ID != version {
		t.Errorf("%+v", rows)
	}
	var kind struct{ Name string }
	s.must(200, "GET", fmt.Sprintf("IRequests(%d)/DocumentKind", id), "", &kind)
	s.must(204, "GET", fmt.Sprintf("IRequests(%d)/AnswerLetter", id), "", nil)
	if kind.Name != "Обращение гражданина" {
		t.Errorf("%+v", kind)
	}
}

func TestRows(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	id := s.request("a")
	row := s.add(fmt.Sprintf("IRequests(%d)/Questions", id), `{"Question@odata.bind":"IQuestions(1)"}`)
	s.must(204, "PATCH", fmt.Sprintf("IRequests(%d)/Questions(%d)", id, row), `{"ReviewResult":"Supported"}`, nil)
	var got struct{ ReviewResult string }
	s.must(200, "GET", fmt.Sprintf("IRequests(%d)/Questions(%d)", id, row), "", &got)
	if got.ReviewResult != "Supported" {
		t.Errorf("%+v", got)
	}
	path := fmt.Sprintf("IRequests(%d)/Versions", id)
	s.add(path, `{"Number":4,"AssociatedApplication":{"Id":1}}`)
	s.add(path, `{"AssociatedApplication":{"Id":1}}`)
	if got := s.do("POST", path, `{"Number":4,"AssociatedApplication":{"Id":1}}`); got.status != 400 {
		t.Errorf("a number that is taken: %d", got.status)
	}
	if d := s.document(id); len(d.Versions) != 2 || d.Versions[1].Number != 5 || d.text("HasVersions") != "true" {
		t.Errorf("%+v", d.Versions)
	}
}
