package directumrxsim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/connectors/directumrx/directumrxsim"
)

// stand is a simulated stand and a client that speaks its wire by hand.
type stand struct {
	t   *testing.T
	url string
}

func begin() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

// start serves a stand whose clock stands still, without a script where cfg
// names none.
func start(t *testing.T, cfg directumrxsim.Config) *stand {
	t.Helper()
	if cfg.Start.IsZero() {
		cfg.Start = begin()
	}
	if cfg.Script == nil {
		cfg.Script = []directumrxsim.Step{}
	}
	server := httptest.NewServer(directumrxsim.New(cfg))
	t.Cleanup(server.Close)
	return &stand{t, server.URL}
}

// reply is an answer as it came.
type reply struct {
	status int
	header http.Header
	body   string
}

// do sends a request to the service as its user; extra are header names and
// values in turn.
func (s *stand) do(method, path, body string, extra ...string) reply {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+"/Integration/odata/"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.SetBasicAuth("hub", "rx-password")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	for i := 0; i+1 < len(extra); i += 2 {
		req.Header.Set(extra[i], extra[i+1])
	}
	return s.send(req)
}

func (s *stand) send(req *http.Request) reply {
	s.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(body)}
}

// must is do with the status that is wanted, and decodes the answer.
func (s *stand) must(status int, method, path, body string, out any) {
	s.t.Helper()
	got := s.do(method, path, body)
	if got.status != status {
		s.t.Fatalf("%s %s: got %d %s, want %d", method, path, got.status, got.body, status)
	}
	s.decode(got.body, out)
}

func (s *stand) decode(body string, out any) {
	s.t.Helper()
	if out == nil {
		return
	}
	if err := json.Unmarshal([]byte(body), out); err != nil {
		s.t.Fatalf("%v in %s", err, body)
	}
}

// control sends a control request.
func (s *stand) control(method, path, body string, out any) int {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+"/_sim/"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	got := s.send(req)
	if got.status < 300 {
		s.decode(got.body, out)
	}
	return got.status
}

func (s *stand) advance(d time.Duration) {
	s.t.Helper()
	if status := s.control("POST", "clock", fmt.Sprintf(`{"advance":%q}`, d), nil); status != 200 {
		s.t.Fatal(status)
	}
}

type created struct {
	ID int64 `json:"Id"`
}

// add creates an entity and returns its id.
func (s *stand) add(set, body string) int64 {
	s.t.Helper()
	var made created
	s.must(201, "POST", set, body, &made)
	return made.ID
}

// request creates a correspondent and a request with one question.
func (s *stand) request(external string) int64 {
	s.t.Helper()
	person := s.add("IPersons", `{"LastName":"Тестова","FirstName":"Анна","ExternalId":"p-`+external+`"}`)
	return s.add("IRequests", fmt.Sprintf(`{"DocumentKind":{"Id":1},"Correspondent":{"Id":%d},"Subject":"№ 327441806","Note":%q,"Questions":[{"Question":{"Id":3}}]}`, person, external))
}

// ids lists the ids that a filter finds.
func (s *stand) ids(set, filter string) []int64 {
	s.t.Helper()
	var got struct{ Value []created }
	s.must(200, "GET", set+"?$filter="+url.QueryEscape(filter), "", &got)
	out := []int64{}
	for _, one := range got.Value {
		out = append(out, one.ID)
	}
	return out
}

// document is what the control endpoint tells of one.
type document struct {
	ID         int64
	Set        string
	Properties map[string]json.RawMessage
	Questions  []struct {
		FullCode     string `json:"full_code"`
		ReviewResult string `json:"review_result"`
	}
	Versions []struct {
		ID, Number   int64
		Note, SHA256 string
		Size         int64
		Writes       int
		Content      []byte
	}
	Round    int
	Finished bool
	Changes  int
	History  []struct{ Do string }
	Letters  []int64
}

func (s *stand) document(id int64) document {
	s.t.Helper()
	var d document
	if status := s.control("GET", fmt.Sprint("documents/", id), "", &d); status != 200 {
		s.t.Fatalf("document %d: %d", id, status)
	}
	return d
}

// text is a property as it goes over the wire, without quotes.
func (d document) text(name string) string { return strings.Trim(string(d.Properties[name]), `"`) }

func (d document) did() string {
	var all []string
	for _, h := range d.History {
		all = append(all, h.Do)
	}
	return strings.Join(all, " ")
}
