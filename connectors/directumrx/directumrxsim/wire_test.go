package directumrxsim_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/connectors/directumrx/directumrxsim"
)

func TestCreateReadChange(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	person := s.add("IPersons", `{"LastName":"Тестова","FirstName":"Анна","MiddleName":"Ивановна","ExternalId":"p1"}`)
	got := s.do("POST", "IRequests", fmt.Sprintf(`{"DocumentKind@odata.bind":"IDocumentKinds(1)","Correspondent":{"Id":%d},"Subject":"Двор","RequestDate":"2026-11-20T00:00:00+04:00"}`, person))
	if got.status != 201 || got.header.Get("Location") != "/Integration/odata/IRequests(1)" {
		t.Fatalf("%d %v %s", got.status, got.header, got.body)
	}
	var made map[string]any
	s.decode(got.body, &made)
	want := map[string]any{
		"Id": 1., "Subject": "Двор", "Name": "Обращение гражданина Двор", "RequestDate": "2026-11-19T23:00:00+03:00", "LifeCycleState": "Draft",
		"RegistrationState": "NotRegistered", "RegistrationNumber": nil, "@odata.context": "/Integration/odata/$metadata#IRequests/$entity",
	}
	for name, value := range want {
		if diff := cmp.Diff(value, made[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if _, there := made["Correspondent"]; there {
		t.Error("a link is given without $expand")
	}
	if got := s.do("PATCH", "IRequests(1)", `{"Subject":"Крыша"}`); got.status != 204 || got.body != "" {
		t.Errorf("patch: %d %s", got.status, got.body)
	}
	if got := s.do("PATCH", "IRequests(1)", `{"Note":"n"}`, "Return", "representation"); got.status != 200 || !strings.Contains(got.body, `"Subject":"Крыша"`) {
		t.Errorf("patch with representation: %d %s", got.status, got.body)
	}
	var read struct {
		Correspondent struct{ Name string }
		Questions     []any
		AnswerLetter  *created
	}
	s.must(200, "GET", "IRequests(1)?$select=Id&$expand=Correspondent($select=Name),Questions,AnswerLetter", "", &read)
	if read.Correspondent.Name != "Тестова Анна Ивановна" || read.Questions == nil || read.AnswerLetter != nil {
		t.Errorf("%+v", read)
	}
	if got := s.do("POST", "IPersons", `{"FirstName":"Анна"}`, "Return", "minimal"); got.status != 204 || got.header.Get("OData-EntityId") == "" {
		t.Errorf("minimal: %d %s", got.status, got.body)
	}
}

// refuses asks for a status and OData's error.
func (s *stand) refuses(why, method, path, body string, status int) {
	s.t.Helper()
	got := s.do(method, path, body)
	var fault struct{ Error struct{ Message string } }
	if got.status != status || json.Unmarshal([]byte(got.body), &fault) != nil || fault.Error.Message == "" {
		s.t.Errorf("%s: got %d %s, want %d with OData's error", why, got.status, got.body, status)
	}
}

func TestWhatTheServiceRefuses(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	request := s.request("a")
	const kind = `"DocumentKind":{"Id":1}`
	for why, test := range map[string]struct {
		method, path, body string
		status             int
	}{
		"unknown set":                     {"GET", "INonsenses", "", 404},
		"unknown id":                      {"GET", "IRequests(99)", "", 404},
		"a request is no letter":          {"GET", fmt.Sprintf("IIncomingLetters(%d)", request), "", 404},
		"key is no number":                {"GET", "IRequests(a)", "", 400},
		"unknown property":                {"POST", "IRequests", `{` + kind + `,"PosNumber":"1"}`, 400},
		"property of another type":        {"POST", "IIncomingLetters", `{` + kind + `,"Correspondent":{"Id":1},"IsRepeated":true}`, 400},
		"wrong case":                      {"POST", "IRequests", `{` + kind + `,"subject":"x"}`, 400},
		"number for a text":               {"POST", "IRequests", `{` + kind + `,"Subject":5}`, 400},
		"text for a boolean":              {"POST", "IRequests", `{` + kind + `,"IsRepeated":"true"}`, 400},
		"date without an offset":          {"POST", "IRequests", `{` + kind + `,"RequestDate":"2026-11-20T00:00:00"}`, 400},
		"unknown value of an enumeration": {"POST", "IRequests", `{` + kind + `,"ExecutionState":"Done"}`, 400},
		"no kind":                         {"POST", "IRequests", `{"Subject":"x"}`, 400},
		"no correspondent of a letter":    {"POST", "IIncomingLetters", `{` + kind + `}`, 400},
		"no first name":                   {"POST", "IPersons", `{"LastName":"Тестова"}`, 400},
		"required taken away":             {"PATCH", "IRequests(1)", `{"DocumentKind":null}`, 400},
		"too long":                        {"POST", "IRequests", `{` + kind + `,"Subject":"` + strings.Repeat("ж", 251) + `"}`, 400},
		"link to nobody":                  {"POST", "IRequests", `{` + kind + `,"Correspondent":{"Id":999}}`, 400},
		"link bound to another set":       {"POST", "IRequests", `{` + kind + `,"Correspondent@odata.bind":"IEmployees(1)"}`, 400},
		"link bound to nonsense":          {"POST", "IRequests", `{` + kind + `,"Correspondent@odata.bind":"5"}`, 400},
		"new entity inside":               {"POST", "IRequests", `{` + kind + `,"Correspondent":{"Name":"Тестова"}}`, 400},
		"row without its link":            {"POST", "IRequests", `{` + kind + `,"Questions":[{}]}`, 400},
		"collection changed in place":     {"PATCH", "IRequests(1)", `{"Questions":[]}`, 400},
		"abstract set":                    {"POST", "IOfficialDocuments", `{` + kind + `}`, 405},
		"deleting":                        {"DELETE", "IRequests(1)", "", 405},
		"no JSON":                         {"POST", "IRequests", `{`, 400},
		"two objects":                     {"POST", "IRequests", `{` + kind + `}{}`, 400},
		"version without an application":  {"POST", "IRequests(1)/Versions", `{"Number":1}`, 400},
		"collection that isn't there":     {"POST", "IRequests(1)/Files", `{}`, 404},
		"body without $value":             {"GET", "IRequests(1)/Versions(1)/Body", "", 404},
		"body of no version":              {"POST", "IElectronicDocuments(1)/Versions(9)/Body", `{"Value":""}`, 404},
	} {
		s.refuses(why, test.method, test.path, test.body, test.status)
	}
	if got := s.ids("IRequests", "Id gt 0"); len(got) != 1 {
		t.Errorf("a refused request left something behind: %v", got)
	}
}

func TestQueriesThatAreRefused(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	s.request("a")
	for why, query := range map[string]string{
		"filter that ends":               "IRequests?$filter=Id+eq",
		"filter on nothing":              "IRequests?$filter=PosNumber+eq+'1'",
		"filter of unlike types":         "IRequests?$filter=Id+eq+'1'",
		"filter without quotes":          "IRequests?$filter=Note+eq+abc",
		"filter with an open text":       "IRequests?$filter=Note+eq+'abc",
		"filter that is no condition":    "IRequests?$filter=Note",
		"filter on an open bracket":      "IRequests?$filter=(Id+eq+1",
		"unknown function":               "IRequests?$filter=length(Note)+gt+1",
		"time whose plus is a space":     "IRequests?$filter=Created+gt+2026-01-01T00:00:00+03:00",
		"link compared by its value":     "IRequests?$filter=Correspondent+eq+5",
		"any of what is no collection":   "IRequests?$filter=Correspondent/any(c:+c/Id+eq+1)",
		"unknown expansion":              "IRequests?$expand=Files",
		"expansion of a value":           "IRequests?$expand=Note",
		"expansion with an open bracket": "IRequests?$expand=Questions($select=Id",
		"selection of nothing":           "IRequests?$select=PosNumber",
		"order by nothing":               "IRequests?$orderby=PosNumber",
		"order of a strange kind":        "IRequests?$orderby=Id+down",
		"top is no number":               "IRequests?$top=-1",
		"unsupported option":             "IRequests?$search=x",
		"filter of one entity":           "IRequests(1)?$filter=Id+eq+1",
		"the same option twice":          "IRequests?$top=1&$top=2",
	} {
		s.refuses(why, "GET", query, "", 400)
	}
	s.refuses("address longer than a server takes", "GET", "IRequests?$filter=Note+eq+'"+strings.Repeat("a", 9000)+"'", "", 414)
}

func TestHeadersThatMustBeThere(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	for header, want := range map[string]int{"Content-Type": 415, "Accept": 406} {
		if got := s.do("POST", "IPersons", `{"FirstName":"Анна"}`, header, "text/plain"); got.status != want {
			t.Errorf("%s: %d %s", header, got.status, got.body)
		}
	}
}

func TestWhoIsLetIn(t *testing.T) {
	s := start(t, directumrxsim.Config{Username: "u", Password: "пароль"})
	basic := func(r *http.Request) { r.SetBasicAuth("u", "пароль") }
	for why, test := range map[string]struct {
		prepare func(*http.Request)
		status  int
	}{
		"basic":          {basic, 200},
		"headers":        {func(r *http.Request) { r.Header.Set("Username", "u"); r.Header.Set("Password", "пароль") }, 200},
		"nobody":         {func(*http.Request) {}, 401},
		"wrong password": {func(r *http.Request) { r.SetBasicAuth("u", "x") }, 401},
		"bearer":         {func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, 401},
	} {
		for _, path := range []string{"/Integration/odata/IRequests", "/Integration/odata/$metadata", "/Integration/odata/Integration/GetConnectChecking"} {
			req, err := http.NewRequestWithContext(t.Context(), "GET", s.url+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			test.prepare(req)
			if got := s.send(req); got.status != test.status || got.status == 401 && got.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s %s: %d %s", why, path, got.status, got.body)
			}
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), "GET", s.url+"/Integration/Check", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.send(req); got.status != 200 {
		t.Errorf("check: %d", got.status)
	}
}

func TestMetadata(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	got := s.do("GET", "$metadata", "")
	types, sets := map[string]bool{}, map[string]string{}
	for dec := xml.NewDecoder(strings.NewReader(got.body)); ; {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		attr := map[string]string{}
		for _, a := range element.Attr {
			attr[a.Name.Local] = a.Value
		}
		switch element.Name.Local {
		case "EntityType":
			types[attr["Name"]] = true
		case "EntitySet":
			sets[attr["Name"]] = attr["EntityType"][strings.LastIndex(attr["EntityType"], ".")+1:]
		}
	}
	for _, set := range strings.Fields("IOfficialDocuments IElectronicDocuments IIncomingLetters IOutgoingLetters ISimpleDocuments IRequests IQuestions ISections ITopics IThemes IEmployees IDepartments IBusinessUnits ICounterparties IPersons ICompanies IContacts IDocumentKinds IDocumentRegisters IMailDeliveryMethods ICaseFiles ISimpleTasks IAssignments IActionItemExecutionTasks IAssociatedApplications") {
		if !types[sets[set]] {
			t.Errorf("%s is not declared", set)
		}
		if got := s.do("GET", set+"?$top=1", ""); got.status != 200 {
			t.Errorf("%s: %d %s", set, got.status, got.body)
		}
	}
	var root struct{ Value []struct{ Name string } }
	s.must(200, "GET", "", "", &root)
	if len(root.Value) != len(sets) {
		t.Errorf("service document names %d sets of %d", len(root.Value), len(sets))
	}
}
