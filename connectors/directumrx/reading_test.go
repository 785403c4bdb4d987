package directumrx_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/connectors/directumrx"
	"github.com/appealhub/appealhub/sdk"
)

// keyed is a stand that takes no "or", so that documents are read by their keys:
// all are in work but for those that answer with a status of their own. The set
// itself answers with listed.
type keyed struct {
	fails  map[int]int
	listed int
	asked  int
}

func (k *keyed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.asked++
	id, one := strings.CutPrefix(r.URL.Path, "/Integration/odata/IRequests(")
	n, _ := strconv.Atoi(strings.TrimSuffix(id, ")"))
	switch {
	case !one && k.listed != 0:
		w.WriteHeader(k.listed)
	case strings.Contains(r.URL.Query().Get("$filter"), " or "):
		w.WriteHeader(http.StatusBadRequest)
	case !one:
		_, _ = io.WriteString(w, `{"value":[]}`)
	case k.fails[n] != 0:
		w.WriteHeader(k.fails[n])
	default:
		_, _ = fmt.Fprintf(w, `{"Id":%d,"ExecutionState":"OnExecution"}`, n)
	}
}

// read reads documents 1 to n and returns the labels of those that can't be
// read, by their ids, and how many are in work.
func read(t *testing.T, c *directumrx.Connector, n int) (unreadable map[string]string, inWork int, err error) {
	t.Helper()
	var refs []sdk.Ref
	for i := range n {
		refs = append(refs, sdk.Ref{Link: "rx", ID: strconv.Itoa(i + 1)})
	}
	got, err := c.ReadStatuses(t.Context(), refs...)
	unreadable = map[string]string{}
	for _, one := range got {
		if err := one.Validate(); err != nil {
			t.Error(err)
		}
		switch {
		case one.Status == sdk.StatusInWork:
			inWork++
		case one.External.Code == "unreadable":
			unreadable[one.Ref.ID] = one.External.Label
		}
	}
	return unreadable, inWork, err
}

// TestOneFailsByKey: a document that fails by itself costs no other.
func TestOneFailsByKey(t *testing.T) {
	for status, told := range map[int][]string{ // by readings
		http.StatusForbidden:           {"can't read document 2: HTTP 403 Forbidden", "can't read document 2: HTTP 403 Forbidden"},
		http.StatusNotFound:            {"", "", "", ""},
		http.StatusInternalServerError: {"", "", "can't read document 2: HTTP 500 Internal Server Error", "can't read document 2: HTTP 500 Internal Server Error"},
		http.StatusServiceUnavailable:  {"", "", "can't read document 2: HTTP 503 Service Unavailable"},
	} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			k := &keyed{fails: map[int]int{2: status}}
			c := wire(t, k.ServeHTTP)
			for i, want := range told {
				if got, inWork, err := read(t, c, 3); err != nil || inWork != 2 || got["2"] != want {
					t.Errorf("reading %d: %d in work, %q, %v; want %q", i+1, inWork, got, err, want)
				}
			}
			k.fails = nil
			if got, inWork, err := read(t, c, 3); err != nil || inWork != 3 {
				t.Errorf("mended: %d in work, %q, %v", inWork, got, err)
			}
			k.fails = map[int]int{2: http.StatusBadGateway}
			if got, inWork, err := read(t, c, 3); err != nil || inWork != 2 || len(got) > 0 {
				t.Errorf("a new failure: %d in work, %q, %v", inWork, got, err)
			}
		})
	}
}

// TestAloneByKey: the only open document is no other than one of several.
func TestAloneByKey(t *testing.T) {
	for _, listed := range []int{http.StatusBadRequest, http.StatusNotImplemented} { // the stand lists nothing
		k := &keyed{fails: map[int]int{1: http.StatusForbidden}, listed: listed}
		if got, _, err := read(t, wire(t, k.ServeHTTP), 1); err != nil || got["1"] == "" {
			t.Errorf("%d: %q, %v", listed, got, err)
		}
	}
}

// TestAllFailByKey: what is wrong with the stand, the account or the address is
// no document's own, and nothing is told of any.
func TestAllFailByKey(t *testing.T) {
	for name, test := range map[string]struct {
		each, listed int
		kind         sdk.Kind
		says         string
		asked        int // at most, by the second reading
	}{
		"rights":           {http.StatusForbidden, 0, sdk.Denied, "HTTP 403", 8},
		"credentials":      {http.StatusUnauthorized, 0, sdk.Denied, "HTTP 401", 2},
		"down":             {http.StatusServiceUnavailable, http.StatusServiceUnavailable, sdk.Transient, "HTTP 503", 2},
		"throttled":        {http.StatusTooManyRequests, 0, sdk.Throttled, "HTTP 429", 2},
		"not there":        {http.StatusNotFound, http.StatusNotFound, sdk.Transient, "entity set IRequests is not published", 8},
		"denied the whole": {http.StatusForbidden, http.StatusForbidden, sdk.Denied, "HTTP 403", 2},
		"each by itself":   {http.StatusInternalServerError, 0, sdk.Transient, "HTTP 500", 7},
	} {
		t.Run(name, func(t *testing.T) {
			k := &keyed{}
			c := wire(t, k.ServeHTTP)
			if _, inWork, err := read(t, c, 6); err != nil || inWork != 6 {
				t.Fatalf("%d, %v", inWork, err)
			}
			k.fails, k.listed = map[int]int{1: test.each, 2: test.each, 3: test.each, 4: test.each, 5: test.each, 6: test.each}, test.listed
			for range 3 {
				k.asked = 0
				_, _, err := read(t, c, 6)
				wantKind(t, err, test.kind, test.says)
				if k.asked > test.asked {
					t.Errorf("%d requests, at most %d are of use", k.asked, test.asked)
				}
			}
		})
	}
	k := &keyed{fails: map[int]int{1: 404, 2: 404}}
	if got, inWork, err := read(t, wire(t, k.ServeHTTP), 2); err != nil || inWork+len(got) > 0 {
		t.Errorf("all gone: %q, %d, %v", got, inWork, err)
	}
}

// TestManyFailByKey: documents that fail for good are told in the end, however
// many they are, and hold up the others for some readings only.
func TestManyFailByKey(t *testing.T) {
	k := &keyed{fails: map[int]int{2: 500, 3: 500, 4: 500, 5: 500, 6: 500}}
	c := wire(t, k.ServeHTTP)
	var counts []int
	for range 6 {
		got, inWork, err := read(t, c, 8)
		if err == nil && inWork != 3 {
			t.Errorf("%d in work", inWork)
		}
		counts = append(counts, len(got))
	}
	if want := []int{0, 0, 4, 4, 5, 5}; !slices.Equal(counts, want) {
		t.Errorf("told %v, want %v", counts, want)
	}
}

// TestReadingEndsWithItsTime: a part that is not given before the call's time is
// over is no document's own failure.
func TestReadingEndsWithItsTime(t *testing.T) {
	ctx, end := context.WithTimeout(t.Context(), time.Second)
	defer end()
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/IRequests") {
			_, _ = io.WriteString(w, `{"value":[{"Id":5,"ExecutionState":"Executed","AnswerLetter":`+letterNine+`}]}`)
			return
		}
		<-r.Context().Done()
	})
	_, err := c.ReadStatuses(ctx, sdk.Ref{Link: "rx", ID: "5"})
	if !sdk.TimedOut(err) {
		t.Errorf("got %v", err)
	}
}

// TestManyRefusedLetters: however many documents' letters are refused, those of
// one whose are given are found, if the stand gives any.
func TestManyRefusedLetters(t *testing.T) {
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		filter := r.URL.Query().Get("$filter")
		switch about, letters := strings.CutPrefix(filter, "InResponseTo/Id eq "); {
		case letters && about != "1" && about != "8":
			w.WriteHeader(http.StatusForbidden)
		case letters:
			_, _ = fmt.Fprintf(w, `{"value":[{"Id":9%s,"RegistrationNumber":"И","InResponseTo":{"Id":%s}}]}`, about, about)
		case filter != "":
			var docs []string
			for i := range 8 {
				docs = append(docs, fmt.Sprintf(`{"Id":%d,"ExecutionState":"Executed"}`, i+1))
			}
			_, _ = io.WriteString(w, `{"value":[`+strings.Join(docs, ",")+`]}`)
		default:
			_, _ = io.WriteString(w, `{"Versions":[]}`)
		}
	}, "profile", "incoming_letters")
	got, _, err := read(t, c, 8)
	if err != nil || len(got) != 6 || got["1"] != "" || got["8"] != "" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestLettersFail: where the look for the letters to one document fails the others
// are read, and that one is told as unreadable after some readings; where it fails
// for them all, that is no document's own.
func TestLettersFail(t *testing.T) {
	fails := "nothing"
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		switch filter := r.URL.Query().Get("$filter"); {
		case strings.Contains(filter, fails):
			w.WriteHeader(http.StatusServiceUnavailable)
		case strings.Contains(filter, "InResponseTo"):
			_, _ = io.WriteString(w, `{"value":[{"Id":92,"RegistrationNumber":"И-2","InResponseTo":{"Id":2}}]}`)
		case r.URL.Query().Has("$filter"):
			_, _ = io.WriteString(w, `{"value":[{"Id":1,"ExecutionState":"OnExecution"},{"Id":2,"ExecutionState":"Executed"},{"Id":3,"ExecutionState":"OnExecution"},{"Id":4,"ExecutionState":"OnExecution"},{"Id":5,"ExecutionState":"OnExecution"}]}`)
		default:
			_, _ = io.WriteString(w, `{"Versions":[]}`)
		}
	}, "profile", "incoming_letters")
	fails = "InResponseTo/Id eq 2"
	for i, want := range []string{"", "", "can't read answer letters in answer to document 2: HTTP 503 Service Unavailable"} {
		if got, inWork, err := read(t, c, 5); err != nil || inWork != 4 || got["2"] != want {
			t.Errorf("reading %d: %d in work, %q, %v", i+1, inWork, got, err)
		}
	}
	fails = "InResponseTo/Id eq 1" // which is in work, with letters or without
	if got, inWork, err := read(t, c, 5); err != nil || inWork != 4 || len(got) > 0 {
		t.Errorf("one in work: %d in work, %q, %v", inWork, got, err)
	}
	fails = "InResponseTo"
	_, _, err := read(t, c, 5)
	wantKind(t, err, sdk.Transient, "HTTP 503")
	fails = "nothing"
	got, err := c.ReadStatuses(t.Context(), sdk.Ref{Link: "rx", ID: "2"})
	if err != nil || !slices.ContainsFunc(got, func(one sdk.StatusChange) bool { return one.Answer.Value == "И-2" }) {
		t.Errorf("mended: told %+v, %v", got, err)
	}
}
