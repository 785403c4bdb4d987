package directumrx_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/appealhub/appealhub/connectors/directumrx"
	"github.com/appealhub/appealhub/sdk"
)

// picky connects to a stand that refuses writes whose path and body, separated
// by a space, match. It counts the refusals.
func picky(t *testing.T, s *stand, pattern string) (*directumrx.Connector, *atomic.Int64) {
	t.Helper()
	refuses := regexp.MustCompile(pattern)
	return refusing(t, s, func(r *http.Request, body string) bool {
		return r.Method != http.MethodGet && refuses.MatchString(r.URL.Path+" "+body)
	})
}

// refusing connects to a stand that refuses some requests, and counts these.
func refusing(t *testing.T, s *stand, refuses func(r *http.Request, body string) bool) (*directumrx.Connector, *atomic.Int64) {
	t.Helper()
	target, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy, refusals := httputil.NewSingleHostReverseProxy(target), new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if refuses(r, string(body)) {
			refusals.Add(1)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":{"code":"","message":"not in this form"}}`)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return open(t, options(server.URL, "business_unit", "2")), refusals
}

func numbered(n string) sdk.Appeal {
	a := appeal()
	a.ID = strings.TrimSuffix(a.ID, "1") + n
	return a
}

// TestFormsOfWrites meets stands that take references and rows in one form only:
// each form is tried once, and the one that was taken is kept to.
func TestFormsOfWrites(t *testing.T) {
	for name, test := range map[string]struct {
		refuses  string
		refusals int64
	}{
		"references by id":             {`@odata\.bind`, 0},
		"bound references":             {`"(Correspondent|DocumentKind|BusinessUnit|Question|AssociatedApplication)":\{"Id"`, 2},
		"no rows in a new document":    {`IRequests \{.*"Questions"`, 2},
		"no rows, bound references":    {`IRequests \{.*"Questions"|"(Correspondent|DocumentKind|BusinessUnit|Question|AssociatedApplication)":\{"Id"`, 5},
		"version's reference is bound": {`"AssociatedApplication":\{`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := startStand(t)
			c, refusals := picky(t, s, test.refuses)
			for _, n := range []string{"1", "2", "3"} {
				deliver(t, c, numbered(n))
			}
			docs := s.documents("IRequests")
			if len(docs) != 3 {
				t.Fatalf("%d documents", len(docs))
			}
			for _, doc := range docs {
				if len(doc.Questions) != 1 || len(doc.Versions) != 1 || doc.Versions[0].Extension != "txt" || doc.Properties["Correspondent"] == nil || doc.Properties["BusinessUnit"] == nil {
					t.Errorf("document %+v", doc)
				}
			}
			if got := refusals.Load(); got != test.refusals {
				t.Errorf("%d refusals, want %d", got, test.refusals)
			}
		})
	}
}

// TestRefusedQuestion: a document is worth more than its question.
func TestRefusedQuestion(t *testing.T) {
	s := startStand(t)
	c, _ := picky(t, s, `Questions`)
	deliver(t, c, appeal())
	if doc := s.only("IRequests"); len(doc.Questions) != 0 || len(doc.Versions) != 1 {
		t.Errorf("document %+v", doc)
	}
}

// TestForbiddenQuestion: rights that the account lacks on questions hold up no
// appeal.
func TestForbiddenQuestion(t *testing.T) {
	s := startStand(t)
	c, _ := picky(t, s, `IRequests \{.*"Questions"`)
	s.fault(`{"method":"POST","path":"/Integration/odata/IRequests(*)/Questions","fault":"status","status":403}`)
	deliver(t, c, appeal())
	if doc := s.only("IRequests"); len(doc.Questions) != 0 || len(doc.Versions) != 1 {
		t.Errorf("document %+v", doc)
	}
}

// TestQuestionIsTheOfficials: once a document has its text its questions are the
// officials' own: a revision neither asks for them nor adds any.
func TestQuestionIsTheOfficials(t *testing.T) {
	s := startStand(t)
	var asked atomic.Int64
	c := wireTo(t, s, func(r *http.Request) {
		if strings.Contains(r.URL.Path+r.URL.RawQuery, "Questions") && strings.Contains(r.URL.Path, "IRequests(") {
			asked.Add(1)
		}
	})
	a := appeal()
	deliver(t, c, a)
	a.Revision = 2
	deliver(t, c, a)
	if n := asked.Load(); n != 0 {
		t.Errorf("%d requests for questions", n)
	}
}

// TestQuestionAfterFailure: on a stand that takes no rows in a new document the
// question is there after a delivery that failed in between was tried again; once.
func TestQuestionAfterFailure(t *testing.T) {
	for name, fault := range map[string]string{
		"document's answer lost": `{"method":"POST","path":"/Integration/odata/IRequests","times":1,"fault":"drop_after"}`,
		"question not taken":     `{"method":"POST","path":"/Integration/odata/IRequests(*)/Questions","times":1,"fault":"status","status":503}`,
		"question's answer lost": `{"method":"POST","path":"/Integration/odata/IRequests(*)/Questions","times":1,"fault":"drop_after"}`,
		"text not taken":         `{"method":"POST","path":"/Integration/odata/IRequests(*)/Versions","times":1,"fault":"status","status":503}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := startStand(t)
			c, _ := picky(t, s, `IRequests \{.*"Questions"`)
			s.fault(fault)
			_, err := c.DeliverAppeal(t.Context(), appeal())
			wantKind(t, err, sdk.Transient, "")
			deliver(t, c, appeal())
			if doc := s.only("IRequests"); len(doc.Questions) != 1 || len(doc.Versions) != 1 {
				t.Errorf("document %+v", doc)
			}
		})
	}
}

// TestKnownFormIsKept: once a form was taken, a refusal is the appeal's own.
func TestKnownFormIsKept(t *testing.T) {
	s := startStand(t)
	c, refusals := picky(t, s, `IRequests \{.*"Note":"[^"]*2"`)
	deliver(t, c, numbered("1"))
	_, err := c.DeliverAppeal(t.Context(), numbered("2"))
	wantKind(t, err, sdk.Rejected, "not in this form")
	if got := refusals.Load(); got != 1 {
		t.Errorf("%d refusals, want 1", got)
	}
}
