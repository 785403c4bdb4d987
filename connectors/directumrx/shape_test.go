package directumrx_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// expanding answers as a stand does whose document 5 is refused in a letter, with
// no more of its navigations than are asked for; document 6 is in work.
func expanding(w http.ResponseWriter, r *http.Request, lacks ...string) {
	asked := strings.Split(r.URL.Query().Get("$expand"), ",")
	if slices.ContainsFunc(lacks, func(name string) bool { return slices.Contains(asked, name) }) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	doc := `{"Id":5,"ExecutionState":"Executed"`
	if slices.Contains(asked, "Questions") {
		doc += `,"Questions":[{"Id":1,"ReviewResult":"Denied"}]`
	}
	if slices.Contains(asked, "AnswerLetter") {
		doc += `,"AnswerLetter":` + letterNine
	}
	switch path := strings.TrimPrefix(r.URL.Path, "/Integration/odata/"); path {
	case "IRequests":
		if doc += "}"; strings.Contains(r.URL.Query().Get("$filter"), "Id eq 6") {
			doc += `,{"Id":6,"ExecutionState":"OnExecution"}`
		}
		_, _ = io.WriteString(w, `{"value":[`+doc+`]}`)
	case "IRequests(5)":
		_, _ = io.WriteString(w, doc+`}`)
	case "IOutgoingLetters(9)":
		_, _ = io.WriteString(w, `{"Versions":[{"Id":3,"Number":1}]}`)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

const letterNine = `{"Id":9,"Name":"Ответ","RegistrationNumber":"И-1"}`

func wantRefusal(t *testing.T, got *sdk.StatusChange) {
	t.Helper()
	if got == nil || got.Status != sdk.StatusRefused || got.Answer.Value != "И-1" || len(got.Attachments) != 1 {
		t.Errorf("told %+v", got)
	}
}

// TestPassingRefusals: a stand that refuses some requests for a while loses no
// navigation by it, however many it refuses.
func TestPassingRefusals(t *testing.T) {
	for refusals := range 16 {
		requests := 0
		c := wire(t, func(w http.ResponseWriter, r *http.Request) {
			if requests++; requests <= refusals {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			expanding(w, r)
		})
		for range 3 {
			if got, err := c.ReadStatuses(t.Context(), sdk.Ref{Link: "rx", ID: "5"}); err == nil && len(got) > 0 {
				wantRefusal(t, &got[0])
			}
		}
		wantRefusal(t, present(t, c, sdk.Ref{Link: "rx", ID: "5"}))
	}
}

// TestRefusedExpand: what a final state rests on is read by itself where the
// stand refuses it with the others.
func TestRefusedExpand(t *testing.T) {
	c := wire(t, separately)
	wantRefusal(t, present(t, c, sdk.Ref{Link: "rx", ID: "5"}))
}

// TestLackingEvidence: nothing final is told of a document without what it rests
// on, the others are read, and the stand is asked again after some minutes.
func TestLackingEvidence(t *testing.T) {
	for name, leave := range map[string]string{"AnswerLetter": "answer", "Questions": "questions"} {
		t.Run(name, func(t *testing.T) {
			lacks, at := []string{name}, time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { expanding(w, r, lacks...) }))
			t.Cleanup(server.Close)
			c := openAt(t, func() time.Time { return at }, options(server.URL), http.DefaultClient)
			all, err := c.ReadStatuses(t.Context(), sdk.Ref{Link: "rx", ID: "5"}, sdk.Ref{Link: "rx", ID: "6"})
			if err != nil || len(all) != 2 || all[1].Status != sdk.StatusInWork {
				t.Fatalf("told %+v, %v", all, err)
			}
			got := all[0]
			want := name + " of document 5 can't be read: HTTP 400 Bad Request; for a stand that has none leave " + leave + " out of the profile"
			if !got.Unmapped() || got.External.Label != want {
				t.Errorf("told %+v, want %s", got, want)
			}
			lacks, at = nil, at.Add(5*time.Minute)
			wantRefusal(t, present(t, c, sdk.Ref{Link: "rx", ID: "5"}))
		})
	}
}

// separately answers as a stand that refuses to expand what a final state rests on
// and gives it at addresses of its own.
func separately(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "IRequests(5)/AnswerLetter"):
		_, _ = io.WriteString(w, letterNine)
	case strings.HasSuffix(path, "IRequests(5)/Questions"):
		_, _ = io.WriteString(w, `{"value":[{"Id":1,"ReviewResult":"Denied"}]}`)
	case strings.HasSuffix(path, "IRequests(5)/TransferredTo"):
		w.WriteHeader(http.StatusNoContent)
	default:
		expanding(w, r, "AnswerLetter", "Questions", "TransferredTo")
	}
}

// TestNowhereForwarded: a navigation that leads nowhere (204) is no failure.
func TestNowhereForwarded(t *testing.T) {
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		switch path, expand := r.URL.Path, r.URL.Query().Get("$expand"); {
		case strings.Contains(expand, "TransferredTo"):
			w.WriteHeader(http.StatusNotImplemented)
		case strings.HasSuffix(path, "/TransferredTo"):
			w.WriteHeader(http.StatusNoContent)
		case strings.HasSuffix(path, "/IRequests"):
			_, _ = io.WriteString(w, `{"value":[{"Id":5,"ExecutionState":"Executed","AnswerLetter":`+letterNine+`}]}`)
		default:
			_, _ = io.WriteString(w, `{"Versions":[]}`)
		}
	})
	if got := present(t, c, sdk.Ref{Link: "rx", ID: "5"}); got == nil || got.Status != sdk.StatusAnswered {
		t.Errorf("told %+v", got)
	}
}

// TestLastVersionOfALetter: the applicant gets the newest version that is shown.
func TestLastVersionOfALetter(t *testing.T) {
	for versions, want := range map[string]string{
		`{"Id":4,"Number":2},{"Id":6,"Number":1}`:                 "letter-9-4",
		`{"Id":4,"Number":1},{"Id":6,"Number":2,"IsHidden":true}`: "letter-9-4",
		`{"Id":6,"Number":1},{"Id":4,"Number":1}`:                 "letter-9-6",
		`{"Id":4},{"Id":6}`:                                       "letter-9-6",
	} {
		c := wire(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/IRequests") {
				_, _ = io.WriteString(w, `{"value":[{"Id":5,"ExecutionState":"Executed","AnswerLetter":`+letterNine+`}]}`)
				return
			}
			_, _ = io.WriteString(w, `{"Versions":[`+versions+`]}`)
		})
		if got := present(t, c, sdk.Ref{Link: "rx", ID: "5"}); len(got.Attachments) != 1 || got.Attachments[0].ID != want {
			t.Errorf("%s: %+v", versions, got.Attachments)
		}
	}
}

// TestEvidenceFails: while a separate read of what a final state rests on fails,
// nothing is told of that document and the others are read; once it passes the
// state is told. One that fails on is told as unreadable.
func TestEvidenceFails(t *testing.T) {
	for _, address := range []string{
		"IRequests(5)?$expand=AnswerLetter", "IRequests(5)?$expand=Questions", "IRequests(5)/AnswerLetter", "IRequests(5)/Questions", "IOutgoingLetters(9)",
	} {
		t.Run(address, func(t *testing.T) {
			fails, met := false, 0
			c := wire(t, func(w http.ResponseWriter, r *http.Request) {
				if fails && strings.HasPrefix(r.URL.String(), "/Integration/odata/"+address) {
					met++
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				separately(w, r)
			})
			reading := func() (five, six *sdk.StatusChange) {
				t.Helper()
				got, err := c.ReadStatuses(t.Context(), sdk.Ref{Link: "rx", ID: "5"}, sdk.Ref{Link: "rx", ID: "6"})
				if err != nil {
					t.Fatal(err)
				}
				for i := range got {
					if got[i].Ref.ID == "5" {
						five = &got[i]
					} else {
						six = &got[i]
					}
				}
				return five, six
			}
			for _, times := range []int{1, 2, 4} { // the failure before is forgotten
				for i := range times {
					fails = true
					five, six := reading()
					if six == nil || six.Status != sdk.StatusInWork {
						t.Errorf("the other document: told %+v", six)
					}
					if told := five != nil; told != (i >= 2) || told && (!five.Unmapped() || !strings.HasSuffix(five.External.Label, ": HTTP 503 Service Unavailable")) {
						t.Errorf("failure %d: told %+v", i+1, five)
					}
				}
				if fails = false; met == 0 {
					t.Fatal("it was not asked for")
				}
				five, _ := reading()
				wantRefusal(t, five)
			}
		})
	}
}
