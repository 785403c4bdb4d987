package directumrx_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/connectors/directumrx"
	"github.com/appealhub/appealhub/connectors/directumrx/directumrxsim"
	"github.com/appealhub/appealhub/sdk"
)

// stand is a simulated Directum RX and its control endpoints.
type stand struct {
	t   *testing.T
	url string
}

// startStand starts a stand whose officials do nothing by themselves.
func startStand(t *testing.T) *stand {
	t.Helper()
	server := httptest.NewServer(directumrxsim.New(directumrxsim.Config{Script: []directumrxsim.Step{}}))
	t.Cleanup(server.Close)
	return &stand{t, server.URL}
}

func (s *stand) control(method, path, body string, out any) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+"/_sim/"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode > 299 {
		s.t.Fatalf("%s %s: %s %s %v", method, path, resp.Status, answer, err)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *stand) fault(body string) { s.t.Helper(); s.control("POST", "faults", body, nil) }

// act has officials do steps at once.
func (s *stand) act(id, steps string) {
	s.t.Helper()
	s.control("POST", "documents/"+id+"/script", `{"script":[`+steps+`]}`, nil)
}

type documentState struct {
	ID         int64
	Set        string
	Properties map[string]any
	Questions  []struct {
		FullCode string `json:"full_code"`
	}
	Versions []struct {
		ID        int64
		Number    int
		Note      string
		Extension string
		Size      int64
		SHA256    string
		Writes    int
		Content   []byte
	}
	Round   int
	Changes int
}

// documents lists the documents of a set.
func (s *stand) documents(set string) []documentState {
	s.t.Helper()
	var out []documentState
	s.control("GET", "documents?set="+set, "", &out)
	return out
}

// only is the only document of the set.
func (s *stand) only(set string) documentState {
	s.t.Helper()
	all := s.documents(set)
	if len(all) != 1 {
		s.t.Fatalf("%d documents of %s, want one", len(all), set)
	}
	return all[0]
}

type correspondent struct {
	ID         int64
	Set        string
	Properties map[string]any
}

// people lists the correspondents that were made by us.
func (s *stand) people() []correspondent {
	s.t.Helper()
	var all, ours []correspondent
	s.control("GET", "correspondents", "", &all)
	for _, c := range all {
		if c.Properties["ExternalId"] != nil {
			ours = append(ours, c)
		}
	}
	return ours
}

// requests counts the requests with this method and path prefix.
func (s *stand) requests(method, path string) int {
	s.t.Helper()
	var out struct{ Matching int }
	s.control("GET", "requests?method="+method+"&path="+path, "", &out)
	return out.Matching
}

func options(url string, more ...string) sdk.Options {
	o := sdk.Options{"url": url + "/Integration/odata", "username": "hub", "password": "rx-password"}
	for i := 0; i < len(more); i += 2 {
		o[more[i]] = more[i+1]
	}
	return o
}

// open opens a connector as the hub does: a client that follows no redirect to
// another host.
func open(t *testing.T, o sdk.Options) *directumrx.Connector {
	t.Helper()
	return openWith(t, o, &http.Client{
		Transport: &http.Transport{},
		CheckRedirect: func(to *http.Request, via []*http.Request) error {
			if to.URL.Host != via[0].URL.Host {
				return errors.New("another host")
			}
			return nil
		},
	})
}

func openWith(t *testing.T, o sdk.Options, client *http.Client) *directumrx.Connector {
	t.Helper()
	return openAt(t, time.Now, o, client)
}

func openAt(t *testing.T, now func() time.Time, o sdk.Options, client *http.Client) *directumrx.Connector {
	t.Helper()
	opened, err := directumrx.Spec().Open(t.Context(), sdk.Env{Link: "rx", Options: o, Log: slog.New(slog.DiscardHandler), Now: now, HTTP: client})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	return opened.(*directumrx.Connector)
}

func connect(t *testing.T, s *stand, more ...string) *directumrx.Connector {
	t.Helper()
	return open(t, options(s.url, more...))
}

// wire starts a stand that is one function, for what the simulator does not do.
func wire(t *testing.T, h http.HandlerFunc, more ...string) *directumrx.Connector {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		h(w, r)
	}))
	t.Cleanup(server.Close)
	return open(t, options(server.URL, more...))
}

const appealID = "0193a5c0-0000-7000-8000-000000000001"

func appeal() sdk.Appeal {
	return sdk.Appeal{
		ID: appealID, Revision: 1, Kind: sdk.KindMessage, Channel: sdk.ChannelPOS,
		Numbers:     []sdk.Number{{System: sdk.NumberPOS, Link: "pos", Value: "327441806"}},
		Category:    sdk.Term{ID: "4", Name: "Жилищно-коммунальное хозяйство"},
		Subcategory: sdk.Term{ID: "104", Name: "Теплоснабжение"},
		Fact:        sdk.Term{ID: "1004", Name: "Нет отопления в квартире"},
		Text:        "Нет отопления. «Тепло» & вода — №2.",
		Applicant:   sdk.Applicant{Surname: "Смирнова", Name: "Анна", Patronymic: "Петровна", Email: "applicant1@example.test", Phone: "+70000000001", Address: "г. Примерск, ул. О'Генри, д. 1"},
		Address:     "г. Примерск, ул. Садовая, д. 14",
		ReceivedAt:  time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC),
		AnswerBy:    sdk.Date{Year: 2026, Month: 12, Day: 20},
	}
}

func deliver(t *testing.T, c *directumrx.Connector, a sdk.Appeal) sdk.Ref {
	t.Helper()
	receipt, err := c.DeliverAppeal(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	if receipt.Ref.Link != "rx" || receipt.Token != "" {
		t.Fatalf("receipt %+v", receipt)
	}
	return receipt.Ref
}

func deliverFile(t *testing.T, c *directumrx.Connector, to sdk.Ref, a sdk.Attachment, body string) {
	t.Helper()
	if _, err := c.DeliverAttachment(t.Context(), to, a, bytes.NewReader([]byte(body))); err != nil {
		t.Fatal(err)
	}
}

// present reads the state of one document; nil where there is nothing to tell.
func present(t *testing.T, c *directumrx.Connector, ref sdk.Ref) *sdk.StatusChange {
	t.Helper()
	all, err := c.ReadStatuses(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return nil
	}
	if err := all[0].Validate(); err != nil || len(all) > 1 || all[0].Ref != ref {
		t.Fatalf("%+v: %v", all, err)
	}
	return &all[0]
}

func wantKind(t *testing.T, err error, kind sdk.Kind, says string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s saying %q", kind, says)
	}
	if got := sdk.KindOf(err); got != kind {
		t.Errorf("%v: kind %s, want %s", err, got, kind)
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("error %q does not say %q", err, says)
	}
	for _, secret := range []string{"rx-password", "Смирнова", "applicant1", "Петровна"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("error %q holds %q", err, secret)
		}
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// wireTo connects to a stand through a proxy that shows every request.
func wireTo(t *testing.T, s *stand, show func(*http.Request)) *directumrx.Connector {
	t.Helper()
	target, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		show(r)
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return open(t, options(server.URL))
}
