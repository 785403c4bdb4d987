package directumrx_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/connectors/directumrx"
	"github.com/appealhub/appealhub/sdk"
)

// onePage writes one entity of all, whose ids are 1 and on: the first one after
// the id that the filter names. The link to the next page leads nowhere: pages
// are asked for by id.
func onePage(t *testing.T, w http.ResponseWriter, r *http.Request, all []string) {
	t.Helper()
	last := 0
	if _, after, found := strings.Cut(r.URL.Query().Get("$filter"), "Id gt "); found {
		var err error
		if last, err = strconv.Atoi(after); err != nil {
			t.Error(err)
		}
	}
	next := ""
	if last+1 < len(all) {
		next = `,"@odata.nextLink":"http://elsewhere.example/"`
	}
	_, _ = fmt.Fprintf(w, `{"value":[%s]%s}`, strings.Join(all[last:min(last+1, len(all))], ""), next)
}

// TestKindOnALaterPage: the kind of new documents may not be among the first that
// the server gives.
func TestKindOnALaterPage(t *testing.T) {
	var created string
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/IDocumentKinds"):
			onePage(t, w, r, []string{`{"Id":1,"Name":"Приказ"}`, `{"Id":2,"Name":"Договор"}`, `{"Id":3,"Name":"Обращение гражданина"}`})
		case r.Method == http.MethodGet:
			_, _ = io.WriteString(w, `{"value":[]}`)
		default:
			if body, _ := io.ReadAll(r.Body); strings.HasSuffix(r.URL.Path, "/IRequests") {
				created = string(body)
			}
			_, _ = io.WriteString(w, `{"Id":9}`)
		}
	})
	deliver(t, c, appeal())
	if !strings.Contains(created, `"DocumentKind":{"Id":3}`) {
		t.Errorf("created %s", created)
	}
}

// TestEmptyPages: an empty page ends a walk, whatever the server says of more.
func TestEmptyPages(t *testing.T) {
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"value":[],"@odata.nextLink":"http://elsewhere.example/"}`)
	}, "profile", "incoming_letters")
	if got, err := c.ReadStatuses(t.Context(), sdk.Ref{ID: "5"}); err != nil || len(got) > 0 {
		t.Errorf("documents: %+v, %v", got, err)
	}
	c = wire(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/IOutgoingLetters") {
			_, _ = io.WriteString(w, `{"value":[],"@odata.nextLink":"http://elsewhere.example/"}`)
			return
		}
		_, _ = io.WriteString(w, `{"value":[{"Id":5,"ExecutionState":"OnExecution"}]}`)
	}, "profile", "incoming_letters")
	if got := present(t, c, sdk.Ref{Link: "rx", ID: "5"}); got == nil || got.Status != sdk.StatusInWork {
		t.Errorf("letters: told %+v", got)
	}
}

// TestLettersOnLaterPages: answers to several documents come one at a time.
func TestLettersOnLaterPages(t *testing.T) {
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		switch filter := r.URL.Query().Get("$filter"); {
		case strings.HasSuffix(r.URL.Path, "/IOutgoingLetters"):
			if filter != "InResponseTo/Id eq 5 or InResponseTo/Id eq 6" && !strings.HasPrefix(filter, "(InResponseTo/Id eq 5 or InResponseTo/Id eq 6) and Id gt ") {
				t.Errorf("filter %q", filter)
			}
			onePage(t, w, r, []string{
				`{"Id":1,"RegistrationNumber":"И-1","InResponseTo":{"Id":5}}`, `{"Id":2,"InResponseTo":{"Id":6}}`, `{"Id":3,"RegistrationNumber":"И-3","InResponseTo":{"Id":6}}`,
			})
		case strings.Contains(r.URL.Path, "IOutgoingLetters("):
			_, _ = io.WriteString(w, `{"Id":1,"Versions":[]}`)
		default:
			_, _ = io.WriteString(w, `{"value":[{"Id":5},{"Id":6}]}`)
		}
	}, "profile", "incoming_letters")
	got, err := c.ReadStatuses(t.Context(), sdk.Ref{ID: "5"}, sdk.Ref{ID: "6"})
	if err != nil || len(got) != 2 || got[0].Answer.Value != "И-1" || got[1].Answer.Value != "И-3" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestStandChanges: a stand that loses a navigation is asked anew what it has.
func TestStandChanges(t *testing.T) {
	lacks := []string{"TransferredTo"}
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		if expand := strings.Split(r.URL.Query().Get("$expand"), ","); slices.ContainsFunc(lacks, func(name string) bool { return slices.Contains(expand, name) }) {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, `{"value":[{"Id":5,"ExecutionState":"OnExecution"}]}`)
	})
	read := func(c *directumrx.Connector) {
		t.Helper()
		if got, err := c.ReadStatuses(t.Context(), sdk.Ref{ID: "5"}); err != nil || len(got) != 1 {
			t.Errorf("%+v, %v", got, err)
		}
	}
	read(c)
	lacks = append(lacks, "Assignee")
	read(c)
}

// TestFewerAtOnce: a stand that refuses a filter for so many ids is asked for
// fewer, and not again for more.
func TestFewerAtOnce(t *testing.T) {
	var asked []int
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		ids := strings.Split(strings.ReplaceAll(r.URL.Query().Get("$filter"), "Id eq ", ""), " or ")
		asked = append(asked, len(ids))
		if strings.Contains(r.URL.Path, "(") || len(ids) > 20 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, `{"value":[{"Id":`+strings.Join(ids, `,"ExecutionState":"OnExecution"},{"Id":`)+`,"ExecutionState":"OnExecution"}]}`)
	})
	for range 2 {
		if got, _, err := read(t, c, 50); err != nil || len(got) != 0 {
			t.Fatalf("%q, %v", got, err)
		}
	}
	if want := []int{30, 30, 15, 15, 15, 5, 15, 15, 15, 5}; !slices.Equal(asked, want) {
		t.Errorf("asked for %v at once, want %v", asked, want)
	}
}

// TestShortPages: a stand that gives fewer documents than were asked for, and says
// nothing of more, is asked for the others: those behind would never be read.
func TestShortPages(t *testing.T) {
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		ids := strings.Split(strings.ReplaceAll(r.URL.Query().Get("$filter"), "Id eq ", ""), " or ")
		ids = slices.DeleteFunc(ids, func(id string) bool { return id == "7" }) // it is gone
		ids = ids[:min(2, len(ids))]
		var docs []string
		for _, id := range ids {
			docs = append(docs, `{"Id":`+id+`,"ExecutionState":"OnExecution"}`)
		}
		_, _ = io.WriteString(w, `{"value":[`+strings.Join(docs, ",")+`]}`)
	})
	var refs []sdk.Ref
	for id := range 7 {
		refs = append(refs, sdk.Ref{Link: "rx", ID: strconv.Itoa(id + 1)})
	}
	if got, err := c.ReadStatuses(t.Context(), refs...); err != nil || len(got) != 6 {
		t.Errorf("%d told, %v", len(got), err)
	}
}
