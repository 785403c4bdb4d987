package directumrx_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/sdk"
)

// writesCorrespondent reports a document that is written with a correspondent.
func writesCorrespondent(r *http.Request, body string) bool {
	return r.Method != http.MethodGet && strings.Contains(r.URL.Path, "/IRequests") && strings.Contains(body, `"Correspondent`)
}

// TestDocumentsWithoutCorrespondent: where a stand's documents have no
// correspondent the applicant is in their own properties, and no card is made any
// more once that is known, by a new document or a revised one.
func TestDocumentsWithoutCorrespondent(t *testing.T) {
	s := startStand(t)
	lacking := func(r *http.Request, body string) bool {
		return writesCorrespondent(r, body) || r.URL.Query().Get("$expand") == "Correspondent"
	}
	c, _ := refusing(t, s, lacking)
	for _, n := range []string{"1", "2"} {
		deliver(t, c, numbered(n))
	}
	another := numbered("3")
	another.Applicant.Email = "applicant1@other.example.test"
	deliver(t, c, another)
	restarted, _ := refusing(t, s, lacking)
	for _, n := range []string{"1", "2", "3"} {
		a := numbered(n)
		a.Revision, a.Text = 2, "Дополнено."
		deliver(t, restarted, a)
	}
	docs := s.documents("IRequests")
	if len(docs) != 3 || len(s.people()) != 1 {
		t.Fatalf("%d documents, cards %+v", len(docs), s.people())
	}
	for _, doc := range docs {
		if doc.Properties["FullName"] != "Смирнова Анна Петровна" || len(doc.Questions) != 1 || len(doc.Versions) != 2 {
			t.Errorf("document %+v", doc)
		}
	}
}

// TestRefusedCorrespondent: a card that a stand does not take for one document
// holds up no appeal, and is no reason to make none for the others.
func TestRefusedCorrespondent(t *testing.T) {
	s := startStand(t)
	refused := true
	c, _ := refusing(t, s, func(r *http.Request, body string) bool { return refused && writesCorrespondent(r, body) })
	deliver(t, c, numbered("1"))
	refused = false
	deliver(t, c, numbered("2"))
	refused = true // a form that was taken is kept to: the refusal is the appeal's own
	_, err := c.DeliverAppeal(t.Context(), numbered("3"))
	wantKind(t, err, sdk.Rejected, "not in this form")
	with := 0
	for _, doc := range s.documents("IRequests") {
		if doc.Properties["Correspondent"] != nil {
			with++
		}
	}
	if with != 1 {
		t.Errorf("%d documents with a correspondent", with)
	}
}

// TestNeededCorrespondent: a document that names the applicant nowhere else is not
// made without a correspondent.
func TestNeededCorrespondent(t *testing.T) {
	tried := 0
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodGet:
			_, _ = w.Write([]byte(`{"value":[]}`))
		case strings.HasSuffix(r.URL.Path, "/IPersons"):
			_, _ = w.Write([]byte(`{"Id":7}`))
		default:
			tried++
			w.WriteHeader(http.StatusBadRequest)
		}
	}, "profile", "incoming_letters")
	_, err := c.DeliverAppeal(t.Context(), appeal())
	wantKind(t, err, sdk.Rejected, "400")
	if tried != 2 {
		t.Errorf("%d tries, want one for each form of a reference", tried)
	}
}
