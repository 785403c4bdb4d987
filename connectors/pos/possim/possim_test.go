package possim_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/connectors/pos/possim"
)

// client speaks the platform's wire by hand.
type client struct {
	t     *testing.T
	url   string
	token string
}

func start(t *testing.T, cfg possim.Config) *client {
	t.Helper()
	server := httptest.NewServer(possim.New(cfg))
	t.Cleanup(server.Close)
	c := &client{t: t, url: server.URL}
	c.login()
	return c
}

func (c *client) login() {
	c.t.Helper()
	form := url.Values{"grant_type": {"password"}, "username": {"hub"}, "password": {"pos-password"}, "scope": {"any"}}
	status, body := c.grant("edms", "pos-secret", form.Encode())
	var reply struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &reply); err != nil || status != 200 {
		c.t.Fatalf("%d %s %v", status, body, err)
	}
	c.token = reply.AccessToken
}

func (c *client) grant(id, secret, form string) (int, string) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), "POST", c.url+"/user-service/oauth/token", strings.NewReader(form))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if id != "" {
		req.SetBasicAuth(id, secret)
	}
	return c.send(req)
}

// do sends a request with the token; a body that begins with { is JSON.
func (c *client) do(method, path, body string) (int, string) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json;charset=UTF-8")
	req.Header.Set("Authorization", "Bearer "+c.token)
	return c.send(req)
}

func (c *client) send(req *http.Request) (int, string) {
	c.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// must is do with the status that is wanted, and decodes the answer.
func (c *client) must(status int, method, path, body string, out any) {
	c.t.Helper()
	got, answer := c.do(method, path, body)
	if got != status {
		c.t.Fatalf("%s %s: got %d %s, want %d", method, path, got, answer, status)
	}
	if out != nil {
		if err := json.Unmarshal([]byte(answer), out); err != nil {
			c.t.Fatalf("%s %s: %v in %s", method, path, err, answer)
		}
	}
}

// page is Spring's Page, every member of it.
type page struct {
	Content  []map[string]any
	Pageable struct {
		Sort                         map[string]bool
		PageSize, PageNumber, Offset int
		Paged, Unpaged               bool
	}
	TotalElements, TotalPages int
	Last, First               bool
	Number                    int
	Sort                      map[string]bool
	NumberOfElements, Size    int
	Empty                     bool
}

func (c *client) list(query string) page {
	c.t.Helper()
	var p page
	c.must(200, "GET", "/appeal-service/edms"+query, "", &p)
	return p
}

// state is what the simulator tells of an item.
type state struct {
	ID, Name         string
	Version, Round   int
	Accepted, Closed bool
	Served, Accepts  int
	Repeats          int
	Conflicts        int
	Statuses         []string
	AcceptedAt       []time.Time `json:"accepted_at"`
	Answers          []struct {
		N, Round, Repeats int
		At                time.Time
		Late              bool
		BeforeAccept      bool `json:"before_accept"`
		Body              map[string]any
	}
	Uploads []struct {
		ID, Name, SHA256 string
		Size             int64
		Content          []byte
	}
	Files   []struct{ Opened int }
	Reworks []struct {
		Number int
		Reason string
	}
	Ratings []struct {
		Value     int
		CreatedAt time.Time `json:"createdAt"`
	}
}

func (c *client) state(id string) state {
	c.t.Helper()
	var s state
	c.must(200, "GET", "/_sim/items/"+id, "", &s)
	return s
}

func TestTokens(t *testing.T) {
	c := start(t, possim.Config{Start: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), TokenLife: time.Minute})
	good := "grant_type=password&username=hub&password=pos-password&scope=any"
	for name, test := range map[string]struct {
		id, secret, form string
		status           int
		says             string
	}{
		"no client":     {"", "", good, 401, "invalid_client"},
		"wrong client":  {"edms", "x", good, 401, "invalid_client"},
		"wrong user":    {"edms", "pos-secret", "grant_type=password&username=x&password=pos-password", 400, "invalid_grant"},
		"wrong pass":    {"edms", "pos-secret", "grant_type=password&username=hub&password=x", 400, "invalid_grant"},
		"other grant":   {"edms", "pos-secret", "grant_type=client_credentials", 400, "unsupported_grant_type"},
		"all is right":  {"edms", "pos-secret", good, 200, `"expires_in":60`},
		"says all else": {"edms", "pos-secret", good, 200, `"superUser":false`},
	} {
		if status, body := c.grant(test.id, test.secret, test.form); status != test.status || !strings.Contains(body, test.says) {
			t.Errorf("%s: got %d %s", name, status, body)
		}
	}
	c.list("")
	c.must(200, "POST", "/_sim/clock", `{"advance":"61s"}`, nil)
	c.must(401, "GET", "/appeal-service/edms", "", nil)
	c.login()
	c.list("")
	c.must(200, "POST", "/_sim/tokens/revoke", "", nil)
	for _, path := range []string{"/appeal-service/edms/1/mark-accepted", "/appeal-service/edms/1", "/file-storage-service/filestorage"} {
		if status, body := c.do("POST", path, "{}"); status != 401 || !strings.HasPrefix(body, `{"messages":[`) {
			t.Errorf("%s: got %d %s", path, status, body)
		}
	}
	c.must(404, "GET", "/elsewhere", "", nil)
}

func TestList(t *testing.T) {
	c := start(t, possim.Config{PageSize: 3})
	c.must(201, "POST", "/_sim/seed", `{"count":8}`, nil)
	p := c.list("?page=2")
	if p.Number != 2 || !p.Last || p.First || p.TotalElements != 8 || p.TotalPages != 3 || p.NumberOfElements != 2 || len(p.Content) != 2 || p.Size != 3 || p.Empty ||
		p.Pageable.PageNumber != 2 || p.Pageable.Offset != 6 || p.Pageable.PageSize != 3 || !p.Pageable.Paged || !p.Sort["unsorted"] || !p.Pageable.Sort["empty"] {
		t.Errorf("got %+v", p)
	}
	if p := c.list(""); !p.First || p.Last || len(p.Content) != 3 {
		t.Errorf("the first page: %+v", p)
	}
	if p := c.list("?page=0&size=100"); !p.First || !p.Last || len(p.Content) != 8 {
		t.Errorf("a page of 100: %+v", p)
	}
	if p := c.list("?page=9"); len(p.Content) != 0 || !p.Last || !p.Empty {
		t.Errorf("past the end: %+v", p)
	}
	c.must(400, "GET", "/appeal-service/edms?page=-1", "", nil)
	c.must(400, "GET", "/appeal-service/edms?size=x", "", nil)
	for _, item := range c.list("?size=100").Content {
		c.must(200, "POST", fmt.Sprintf("/appeal-service/edms/%.0f/mark-accepted", item["id"]), "", nil)
	}
	if p := c.list(""); p.TotalElements != 0 || !p.Last || !p.First {
		t.Errorf("after all were accepted: %+v", p)
	}
	c.must(404, "POST", "/appeal-service/edms/5/mark-accepted", "", nil)
}

func TestSeedIsDeterministic(t *testing.T) {
	begin := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	lists := make([]page, 3)
	for i, seed := range []uint64{1, 1, 2} {
		c := start(t, possim.Config{Seed: seed, Start: begin})
		for _, count := range [][]int{{40, 20}, {20, 40}, {60}}[i] {
			c.must(201, "POST", "/_sim/seed", fmt.Sprintf(`{"count":%d}`, count), nil)
		}
		lists[i] = c.list("?size=100")
	}
	if diff := cmp.Diff(lists[0], lists[1]); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(lists[0], lists[2]) {
		t.Error("another seed makes the same items")
	}
	var noPatronymic, double, shared, long int
	for _, item := range lists[0].Content {
		person := item["applicant"].(map[string]any)
		if person["patronymic"] == nil || person["patronymic"] == "" {
			noPatronymic++
		}
		if strings.Contains(person["surname"].(string), "-") {
			double++
		}
		if item["shared"] == true && len(item["coApplicants"].([]any)) == 2 {
			shared++
		}
		if len(item["description"].(string)) > 10_000 {
			long++
		}
	}
	if noPatronymic == 0 || double == 0 || shared == 0 || long == 0 {
		t.Errorf("without patronymic %d, double surnames %d, collective %d, long %d", noPatronymic, double, shared, long)
	}
	c := start(t, possim.Config{})
	for _, bad := range []string{`{}`, `{"count":-1}`, `{"count":1,"files":99}`} {
		c.must(400, "POST", "/_sim/seed", bad, nil)
	}
}

// endless is an item with a file whose digest nobody lives to see.
const endless = `{"item":{},"files":[{"size":4611686018427387904}]}`

func TestFixtures(t *testing.T) {
	c := start(t, possim.Config{})
	var ids struct{ IDs []string }
	c.must(201, "POST", "/_sim/items", ` [
		{"name":"with-file","item":{"id":5,"description":"x","odd":1.50},"files":[{"name":"Акт №1.txt","media_type":"text/plain","content_text":"привет"},{"name":"b","content":"AAE="},{"name":"c","size":70000}],
		 "official":{"anything":true},"applicant":{"rate":5,"rework":"ещё","after":"1s"}},
		{"item":{"description":"y","createdAt":null,"attachments":["http://elsewhere.test/f"]},"files":[{"name":"d","gone":true}]}]`, &ids)
	if diff := cmp.Diff([]string{"5", "1000001"}, ids.IDs); diff != "" {
		t.Fatal(diff)
	}
	content := c.list("").Content
	urls := content[0]["attachments"].([]any)
	if content[0]["odd"] != 1.5 || content[0]["createdAt"] == nil || len(urls) != 3 || content[1]["createdAt"] != nil {
		t.Errorf("got %v", content)
	}
	if both := content[1]["attachments"].([]any); len(both) != 2 || both[0] != "http://elsewhere.test/f" {
		t.Errorf("got %v", both)
	}
	for i, want := range []string{"привет", "\x00\x01", ""} {
		path := strings.TrimPrefix(urls[i].(string), c.url)
		status, body := c.do("GET", path, "")
		if status != 200 || want != "" && body != want || want == "" && len(body) != 70000 {
			t.Errorf("file %d: %d, %d bytes", i, status, len(body))
		}
		if _, again := c.do("GET", path, ""); again != body {
			t.Errorf("file %d is not the same every time", i)
		}
	}
	if s := c.state("5"); s.Name != "with-file" || s.Files[0].Opened != 2 || s.Served != 1 {
		t.Errorf("state %+v", s)
	}
	c.must(404, "GET", "/file-storage-service/filestorage/4", "", nil)
	c.must(404, "GET", "/file-storage-service/filestorage/99", "", nil)
	for bad, says := range map[string]string{
		`{}`:                                    "items/0: item: is missing",
		`{"item":{"id":5}}`:                     "5 is there already",
		`[{"item":{"id":6}},{"item":{"id":6}}]`: "items/1: item.id: 6 is there already",
		`{"item":{},"applicant":{"rate":6}}`:    "applicant.rate",
		`{"item":{},"applicant":{"after":"x"}}`: "length of time",
		`{"item":{},"files":[{"size":-1}]}`:     "files/0.size",
		`{"item":5}`:                            "json",
		endless:                                 "files/0.size",
	} {
		if status, body := c.do("POST", "/_sim/items", bad); status != 400 || !strings.Contains(body, says) {
			t.Errorf("%s: got %d %s", bad, status, body)
		}
	}
	c.must(400, "POST", "/_sim/items/5/revise", endless, nil)
	if p := c.list(""); p.TotalElements != 2 {
		t.Errorf("a refused list left items: %d", p.TotalElements)
	}
}

const (
	progress = `{"id":5,"answer":false,"status":"В работе","statusText":"Обращение принято в работу"}`
	final    = `{"id":5,"answer":true,"answerText":"т","appealAnswerType":"SOLVED","status":"Закрыто","statusText":"Обращение рассмотрено"}`
)

func withItem(t *testing.T, applicant string) *client {
	t.Helper()
	c := start(t, possim.Config{Start: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), TokenLife: 1000 * time.Hour})
	c.must(201, "POST", "/_sim/items", `{"item":{"id":5,"description":"x"},"applicant":`+applicant+`}`, nil)
	return c
}

func (c *client) take() {
	c.t.Helper()
	if p := c.list(""); len(p.Content) != 1 {
		c.t.Fatalf("%d items are served", len(p.Content))
	}
	c.must(200, "POST", "/appeal-service/edms/5/mark-accepted", "", nil)
}

func TestAnswersAreValidated(t *testing.T) {
	c := withItem(t, `{}`)
	change := func(pairs ...any) string {
		var body map[string]any
		if err := json.Unmarshal([]byte(final), &body); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(pairs); i += 2 {
			body[pairs[i].(string)] = pairs[i+1]
		}
		out, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	for bad, says := range map[string]string{
		`{`:                                                   "JSON",
		`{"answer":"yes"}`:                                    "JSON",
		change("id", 6):                                       "id:",
		change("answer", nil):                                 "answer:",
		change("answerText", " "):                             "answerText:",
		change("appealAnswerType", ""):                        "appealAnswerType:",
		change("appealAnswerType", "DONE"):                    "appealAnswerType:",
		change("answer", false):                               "appealAnswerType:",
		change("appealAnswerType", "POSTPONED"):               "postponedDate:",
		change("postponedDate", "31.03.2026"):                 "JSON",
		change("regNumberSetAt", "2026-03-01T00:00:00"):       "JSON",
		change("regNumberSetAt", "2026-03-01T00:00:00+03:00"): "regNumber:",
		change("status", "Готово"):                            "status:",
		change("statusText", ""):                              "statusText:",
		change("attachmentIds", []int{77}):                    "файл 77",
	} {
		if status, body := c.do("POST", "/appeal-service/edms/5", bad); status != 400 || !strings.HasPrefix(body, `{"messages":[`) || !strings.Contains(body, says) {
			t.Errorf("%s: got %d %s", bad, status, body)
		}
	}
	c.must(404, "POST", "/appeal-service/edms/6", final, nil)
	if s := c.state("5"); len(s.Answers) != 0 || s.Closed {
		t.Errorf("state %+v", s)
	}
	c.must(200, "POST", "/appeal-service/edms/5", change("appealAnswerType", "POSTPONED", "postponedDate", "2026-03-31T00:00:00+03:00", "status", "В работе"), nil)
	if s := c.state("5"); len(s.Answers) != 1 || s.Closed || !s.Answers[0].BeforeAccept {
		t.Errorf("an interim answer: %+v", s)
	}
}

func TestRepeatsAndLateAnswers(t *testing.T) {
	c := withItem(t, `{}`)
	c.take()
	for _, body := range []string{progress, final, final, progress, final + " ", final + "  ", progress + " "} {
		c.must(200, "POST", "/appeal-service/edms/5", body, nil)
	}
	s := c.state("5")
	if diff := cmp.Diff([]string{"В работе", "Закрыто SOLVED", "Закрыто SOLVED", "Закрыто SOLVED", "В работе"}, s.Statuses); diff != "" || s.Repeats != 2 || s.Conflicts != 2 || s.Accepts != 1 {
		t.Errorf("repeats %d, conflicts %d, accepts %d, statuses %s", s.Repeats, s.Conflicts, s.Accepts, diff)
	}
	var all map[string]int
	c.must(200, "GET", "/_sim/summary", "", &all)
	if diff := cmp.Diff(map[string]int{
		"items": 1, "waiting": 0, "closed": 1, "accepts": 1, "answers": 5, "repeats": 2, "conflicts": 2, "late": 3,
		"before_accept": 0, "reworks": 0, "ratings": 0, "uploads": 0,
	}, all); diff != "" {
		t.Error(diff)
	}
	if len(s.Answers) != 5 || s.Answers[0].Repeats != 1 || s.Answers[1].Repeats != 1 || s.Answers[1].Late || !s.Answers[2].Late || s.Answers[0].BeforeAccept || !s.Closed {
		t.Errorf("got %+v", s.Answers)
	}
	var steps []map[string]any
	c.must(200, "GET", "/api-service/appeals-mobile-api/public-appeal-steps-by-id/5", "", &steps)
	if len(steps) != 5 || steps[0]["status"] != "В работе" || steps[1]["status"] != "Закрыто" {
		t.Errorf("timeline %v", steps)
	}
	c.must(404, "GET", "/api-service/appeals-mobile-api/public-appeal-steps-by-id/6", "", nil)
}

// TestScriptedApplicant asks for repeated consideration after the first final
// answer and rates the second; the same bytes answer each round.
func TestScriptedApplicant(t *testing.T) {
	c := withItem(t, `{"rate":4,"comment":"спасибо","rework":{"reason":"не сделано"},"after":"2h"}`)
	c.take()
	c.must(200, "POST", "/appeal-service/edms/5", progress, nil)
	c.must(200, "POST", "/appeal-service/edms/5", final, nil)
	c.must(200, "POST", "/_sim/clock", `{"advance":"119m"}`, nil)
	if p := c.list(""); p.TotalElements != 0 {
		t.Error("the applicant was early")
	}
	c.must(200, "POST", "/_sim/clock", `{"advance":"1h"}`, nil)
	again := c.list("").Content[0]["repeatedConsideration"]
	if diff := cmp.Diff(map[string]any{"number": 1.0, "reason": "не сделано", "createdAt": "2026-03-01T02:00:00Z"}, again); diff != "" {
		t.Error(diff)
	}
	if s := c.state("5"); s.Closed || s.Round != 2 || s.Accepted {
		t.Errorf("state %+v", s)
	}
	c.take()
	c.must(200, "POST", "/appeal-service/edms/5", final, nil)
	c.must(200, "POST", "/_sim/clock", `{"advance":"3h"}`, nil)
	rated := c.list("").Content[0]["answerRating"].(map[string]any)
	if rated["value"] != 4.0 || rated["comment"] != "спасибо" {
		t.Errorf("rating %v", rated)
	}
	c.take()
	s := c.state("5")
	if len(s.Answers) != 3 || s.Answers[2].Round != 2 || s.Answers[2].Repeats != 0 || len(s.Reworks) != 1 || len(s.Ratings) != 1 || s.Version != 3 || !s.Accepted {
		t.Errorf("state %+v", s)
	}
}

func TestApplicantByHand(t *testing.T) {
	c := withItem(t, `{}`)
	c.take()
	c.must(200, "POST", "/_sim/items/5/rate", `{"value":2,"comment":"плохо"}`, nil)
	c.take()
	c.must(200, "POST", "/_sim/items/5/rework", `{"reason":"ещё"}`, nil)
	c.take()
	c.must(200, "POST", "/_sim/items/5/revise", `{"item":{"description":"y","id":9}}`, nil)
	if item := c.list("").Content[0]; item["description"] != "y" || item["id"] != 5.0 {
		t.Errorf("revised: %v", item)
	}
	for path, want := range map[string]int{"5/rate": 400, "6/rate": 400, "6/rework": 404, "6/revise": 404, "6": 405} {
		if status, _ := c.do("POST", "/_sim/items/"+path, `{}`); status != want {
			t.Errorf("%s: got %d, want %d", path, status, want)
		}
	}
}

// TestAcceptMeansWhatWasServed: what changed after it was served stays on the
// list.
func TestAcceptMeansWhatWasServed(t *testing.T) {
	c := withItem(t, `{}`)
	c.list("")
	c.must(200, "POST", "/_sim/items/5/revise", `{"item":{"description":"y"}}`, nil)
	c.must(200, "POST", "/appeal-service/edms/5/mark-accepted", "", nil)
	if c.state("5").Accepted {
		t.Error("a revision was accepted unseen")
	}
	c.take()
	if !c.state("5").Accepted {
		t.Error("not accepted")
	}
}

func (c *client) upload(field, name string, content []byte) (int, string) {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile(field, name)
	if err != nil {
		c.t.Fatal(err)
	}
	_, _ = part.Write(content)
	form.Close()
	req, err := http.NewRequestWithContext(c.t.Context(), "POST", c.url+"/file-storage-service/filestorage", &body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Authorization", "Bearer "+c.token)
	return c.send(req)
}

func TestUploads(t *testing.T) {
	c := withItem(t, `{}`)
	status, body := c.upload("file", "Ответ.pdf", []byte("привет"))
	if status != 200 || body != `{"id":1}` {
		t.Fatalf("got %d %s", status, body)
	}
	c.upload("file", "big.bin", make([]byte, 100_000))
	if status, _ := c.upload("other", "x", nil); status != 400 {
		t.Errorf("a wrong part: %d", status)
	}
	c.must(400, "POST", "/file-storage-service/filestorage", "{}", nil)
	c.must(200, "POST", "/appeal-service/edms/5", strings.Replace(final, `"id":5`, `"id":"5","attachmentIds":["1",2]`, 1), nil)
	s := c.state("5")
	if len(s.Uploads) != 2 || string(s.Uploads[0].Content) != "привет" || s.Uploads[0].Name != "Ответ.pdf" || s.Uploads[1].Size != 100_000 || s.Uploads[1].Content != nil || len(s.Uploads[1].SHA256) != 64 {
		t.Errorf("uploads %+v", s.Uploads)
	}
	c.must(404, "GET", "/file-storage-service/filestorage/2", "", nil) // not kept
	if status, body := c.do("GET", "/file-storage-service/filestorage/1", ""); status != 200 || body != "привет" {
		t.Errorf("got %d %s", status, body)
	}
	var all []map[string]any
	c.must(200, "GET", "/_sim/uploads", "", &all)
	if len(all) != 2 || all[0]["content"] != base64.StdEncoding.EncodeToString([]byte("привет")) {
		t.Errorf("got %v", all)
	}
}
