package directumrx_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/connectors/directumrx"
	"github.com/appealhub/appealhub/sdk"
)

func TestReadStatuses(t *testing.T) {
	for name, test := range map[string]struct {
		steps   string
		status  sdk.Status
		outcome sdk.Outcome
		code    string
		number  string
		answer  bool
	}{
		"nothing yet":        {``, "", "", "", "", false},
		"in work":            {`{"do":"take"}`, sdk.StatusInWork, "", "OnExecution", "", false},
		"registered":         {`{"do":"register","number":"13-ОГ"}`, sdk.StatusRegistered, "", "OnReview", "13-ОГ", false},
		"explained":          {`{"do":"take"},{"do":"register","number":"13-ОГ"},{"do":"answer","number":"И-7"}`, sdk.StatusAnswered, sdk.OutcomeExplained, "Explained", "13-ОГ", true},
		"measures taken":     {`{"do":"answer","result":"ActionsTaken"}`, sdk.StatusAnswered, sdk.OutcomeMeasuresTaken, "ActionsTaken", "1-ОГ", true},
		"forwarded":          {`{"do":"forward","to":"Министерство строительства"}`, sdk.StatusForwarded, "", "Transferred", "1-ОГ", true},
		"refused":            {`{"do":"refuse"}`, sdk.StatusRefused, "", "Denied", "1-ОГ", true},
		"left":               {`{"do":"leave"}`, sdk.StatusLeftUnanswered, "", "Obsolete", "", false},
		"reopened":           {`{"do":"answer"},{"do":"reopen"}`, sdk.StatusInWork, "", "OnExecution", "1-ОГ", false},
		"unknown execution":  {`{"do":"set","values":{"ExecutionState":"Frozen"}}`, "", "", "Frozen", "", false},
		"unmapped execution": {`{"do":"set","values":{"ExecutionState":"Aborted"}}`, "", "", "Aborted", "", false},
		"unknown result":     {`{"do":"answer","result":"Outdated"}`, "", "", "Outdated", "1-ОГ", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := startStand(t)
			c := connect(t, s)
			ref := deliver(t, c, appeal())
			s.act(ref.ID, test.steps)
			got := present(t, c, ref)
			if got == nil {
				if test.code != "" {
					t.Fatal("nothing is told")
				}
				return
			}
			if got.Status != test.status || got.Outcome != test.outcome || got.External.Code != test.code || got.Number.Value != test.number {
				t.Errorf("got %q %q %q %q", got.Status, got.Outcome, got.External.Code, got.Number.Value)
			}
			if (len(got.Attachments) == 1) != test.answer || (got.Answer.Value != "") != test.answer {
				t.Errorf("attachments %+v, answer %+v", got.Attachments, got.Answer)
			}
			if name == "forwarded" && got.ForwardedTo != "Министерство строительства" {
				t.Errorf("forwarded to %q", got.ForwardedTo)
			}
			if again := present(t, connect(t, s), ref); again.ID != got.ID || !cmp.Equal(again, got) {
				t.Errorf("the same state reads otherwise: %s", cmp.Diff(got, again))
			}
		})
	}
}

func TestProlongation(t *testing.T) {
	s := startStand(t)
	c := connect(t, s)
	ref := deliver(t, c, appeal())
	s.act(ref.ID, `{"do":"take"},{"do":"register"}`)
	before := present(t, c, ref)
	s.act(ref.ID, `{"do":"extend","days":30,"text":"Запрошены документы"}`)
	after := present(t, c, ref)
	if !before.AnswerBy.IsZero() || after.AnswerBy != (sdk.Date{Year: 2027, Month: 1, Day: 19}) || after.Text != "Запрошены документы" || after.Status != sdk.StatusInWork || after.ID == before.ID {
		t.Errorf("before %v, after %v %q %q", before.AnswerBy, after.AnswerBy, after.Text, after.Status)
	}
}

func TestManyStatuses(t *testing.T) {
	s := startStand(t)
	c := connect(t, s, "batch_size", "3")
	var refs []sdk.Ref
	for i := range 8 {
		a := appeal()
		a.ID = fmt.Sprintf("0193a5c0-0000-7000-8000-00000000030%d", i)
		refs = append(refs, deliver(t, c, a))
		if i%2 == 0 {
			s.act(refs[i].ID, `{"do":"take"}`)
		}
	}
	before := s.requests("GET", "/Integration/odata/IRequests")
	refs = append(refs, refs[0], sdk.Ref{Link: "rx", ID: "424242"}, sdk.Ref{Link: "rx", ID: "no id"})
	got, err := c.ReadStatuses(t.Context(), refs...)
	if err != nil || len(got) != 4 {
		t.Errorf("%d changes, %v", len(got), err)
	}
	if asked := s.requests("GET", "/Integration/odata/IRequests") - before; asked != 4 {
		t.Errorf("%d requests for 9 documents, 3 at a time, the last of which is gone", asked)
	}
	if none, err := c.ReadStatuses(t.Context()); err != nil || none != nil {
		t.Errorf("nothing open: %v, %v", none, err)
	}
}

func TestIncomingLetters(t *testing.T) {
	s := startStand(t)
	c := connect(t, s, "profile", "incoming_letters")
	ref := deliver(t, c, appeal())
	doc := s.only("IIncomingLetters")
	if doc.Properties["InNumber"] != "327441806" || doc.Properties["Note"] != appealID || doc.Properties["Dated"] == nil || doc.Properties["Correspondent"] == nil {
		t.Errorf("properties %v", doc.Properties)
	}
	if got := present(t, c, ref); got != nil {
		t.Errorf("told %+v", got)
	}
	s.act(ref.ID, `{"do":"take"},{"do":"register","number":"5-ВХ"}`)
	if got := present(t, c, ref); got.Status != sdk.StatusInWork || got.Number.Value != "5-ВХ" {
		t.Errorf("told %+v", got)
	}
	s.act(ref.ID, `{"do":"answer","number":"И-8"}`)
	got := present(t, c, ref)
	if got.Status != sdk.StatusAnswered || got.Answer.Value != "И-8" || len(got.Attachments) != 1 {
		t.Fatalf("told %+v", got)
	}
	f, err := c.OpenAttachment(t.Context(), got.Attachments[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if text, err := io.ReadAll(f); err != nil || len(text) == 0 {
		t.Errorf("body %q, %v", text, err)
	}
}

// TestNarrowerExpand meets a stand that lacks a navigation.
func TestNarrowerExpand(t *testing.T) {
	requests := 0
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		expand := r.URL.Query().Get("$expand")
		if strings.Contains(expand, "TransferredTo") || strings.Contains(expand, "Assignee") {
			w.WriteHeader(400)
			_, _ = io.WriteString(w, `{"error":{"code":"","message":"Could not find a property named 'TransferredTo'"}}`)
			return
		}
		_, _ = io.WriteString(w, `{"value":[{"Id":5,"ExecutionState":"OnExecution"}]}`)
	})
	for _, want := range []int{8, 9} { // refused, without any, with each of five, made again; then known
		got, err := c.ReadStatuses(t.Context(), sdk.Ref{Link: "rx", ID: "5"})
		if err != nil || len(got) != 1 || got[0].Status != sdk.StatusInWork || requests != want {
			t.Errorf("%+v, %v after %d requests, want %d", got, err, requests, want)
		}
	}
	bad := wire(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400) })
	_, err := bad.ReadStatuses(t.Context(), sdk.Ref{ID: "5"})
	wantKind(t, err, sdk.Rejected, "HTTP 400")
}

// TestReadByKey meets a stand that refuses filters by Id: one document is read by
// its key, and one that is gone yields nothing.
func TestReadByKey(t *testing.T) {
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Query().Get("$filter") != "" || r.URL.Query().Get("$top") != "":
			w.WriteHeader(400)
		case strings.HasSuffix(r.URL.Path, "(5)"):
			_, _ = io.WriteString(w, `{"Id":5,"ExecutionState":"OnExecution"}`)
		default:
			w.WriteHeader(404)
		}
	})
	got, err := c.ReadStatuses(t.Context(), sdk.Ref{Link: "rx", ID: "5"})
	if err != nil || len(got) != 1 || got[0].Ref.ID != "5" || got[0].Status != sdk.StatusInWork {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := c.ReadStatuses(t.Context(), sdk.Ref{Link: "rx", ID: "6"}); err != nil || len(got) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestReadSeveralByKey meets a stand that takes no "or": documents are read by
// their keys, and from then on the stand is not asked what it refuses.
func TestReadSeveralByKey(t *testing.T) {
	var asked []string
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		switch id := strings.TrimPrefix(r.URL.Path, "/Integration/odata/IRequests"); {
		case strings.Contains(r.URL.Query().Get("$filter"), " or "):
			w.WriteHeader(400)
		case id == "":
			_, _ = io.WriteString(w, `{"value":[]}`)
		case id == "(6)":
			w.WriteHeader(404)
		default:
			_, _ = fmt.Fprintf(w, `{"Id":%s,"ExecutionState":"OnExecution"}`, strings.Trim(id, "()"))
		}
	})
	for range 2 {
		asked = nil
		got, err := c.ReadStatuses(t.Context(), sdk.Ref{ID: "5"}, sdk.Ref{ID: "6"}, sdk.Ref{ID: "7"})
		if err != nil || len(got) != 2 || got[0].Ref.ID != "5" || got[1].Ref.ID != "7" {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if len(asked) != 3 {
		t.Errorf("asked for %v", asked)
	}
}

// TestServerPages meets a server that gives fewer documents than were asked for.
func TestServerPages(t *testing.T) {
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		filter, _ := url.QueryUnescape(r.URL.Query().Get("$filter"))
		first, _, more := strings.Cut(filter, " or ")
		next := ""
		if more {
			next = `,"@odata.nextLink":"http://elsewhere.example/"`
		}
		_, _ = fmt.Fprintf(w, `{"value":[{"Id":%s,"ExecutionState":"OnExecution"}]%s}`, strings.TrimPrefix(first, "Id eq "), next)
	})
	got, err := c.ReadStatuses(t.Context(), sdk.Ref{ID: "7"}, sdk.Ref{ID: "5"}, sdk.Ref{ID: "6"})
	if err != nil || len(got) != 3 {
		t.Errorf("%d changes, %v", len(got), err)
	}
}

// TestLettersOfSeveral meets a stand that takes no "or" and so refuses to give
// the letters to several documents at once.
func TestLettersOfSeveral(t *testing.T) {
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		filter := r.URL.Query().Get("$filter")
		about, letters := strings.CutPrefix(filter, "InResponseTo/Id eq ")
		switch {
		case strings.Contains(r.URL.Path, "IOutgoingLetters("):
			_, _ = io.WriteString(w, `{"Versions":[]}`)
		case letters && strings.Contains(filter, " or "):
			w.WriteHeader(400)
		case letters:
			_, _ = fmt.Fprintf(w, `{"value":[{"Id":9%s,"RegistrationNumber":"1","InResponseTo":{"Id":%s}}]}`, about, about)
		default:
			_, _ = io.WriteString(w, `{"value":[{"Id":5},{"Id":6},{"Id":7}]}`)
		}
	}, "profile", "incoming_letters")
	got, err := c.ReadStatuses(t.Context(), sdk.Ref{ID: "5"}, sdk.Ref{ID: "6"}, sdk.Ref{ID: "7"})
	if err != nil || len(got) != 3 || got[0].Status != sdk.StatusAnswered || got[2].Status != sdk.StatusAnswered {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestRefusedLetters: where the letters to a document are refused nothing final is
// told of it; the others are read, also those whose letters are not refused.
func TestRefusedLetters(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		which  string // filters that are refused
		parked []int  // documents, by index
	}{
		"all":                {400, "InResponseTo", []int{1, 2, 3, 4}},
		"of one":             {403, "InResponseTo/Id eq 6", []int{1}},
		"of three, and none": {400, "InResponseTo.*( or |eq [678])", []int{1, 2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			refuses, asked := regexp.MustCompile(test.which), 0
			c := wire(t, func(w http.ResponseWriter, r *http.Request) {
				switch filter := r.URL.Query().Get("$filter"); {
				case strings.Contains(r.URL.Path, "IOutgoingLetters("):
					_, _ = io.WriteString(w, `{"Versions":[]}`)
				case refuses.MatchString(filter):
					asked++
					w.WriteHeader(test.status)
				case strings.Contains(filter, "InResponseTo"):
					_, _ = io.WriteString(w, `{"value":[{"Id":92,"RegistrationNumber":"И-2","InResponseTo":{"Id":6}},{"Id":95,"RegistrationNumber":"И-5","InResponseTo":{"Id":9}}]}`)
				default:
					_, _ = io.WriteString(w, `{"value":[{"Id":5,"ExecutionState":"OnExecution"},{"Id":6,"ExecutionState":"Executed"},{"Id":7,"ExecutionState":"Executed"},{"Id":8,"ExecutionState":"Executed"},{"Id":9,"ExecutionState":"Executed"}]}`)
				}
			}, "profile", "incoming_letters")
			got, err := c.ReadStatuses(t.Context(), sdk.Ref{ID: "5"}, sdk.Ref{ID: "6"}, sdk.Ref{ID: "7"}, sdk.Ref{ID: "8"}, sdk.Ref{ID: "9"})
			if err != nil || len(got) != 5 || got[0].Status != sdk.StatusInWork || asked > 9 {
				t.Fatalf("%+v, %v after %d refusals", got, err, asked)
			}
			for i := 1; i < len(got); i++ {
				if got[i].Unmapped() != slices.Contains(test.parked, i) {
					t.Errorf("document %s: told %q, %q", got[i].Ref.ID, got[i].Status, got[i].External.Label)
				}
			}
			want := fmt.Sprintf("letters in answer to document 6 can't be read: HTTP %d %s; for a stand that has none leave answer out of the profile", test.status, http.StatusText(test.status))
			if got[1].External.Label != want {
				t.Errorf("document 6: %q, want %q", got[1].External.Label, want)
			}
			if last := got[4]; !last.Unmapped() && last.Answer.Value != "И-5" {
				t.Errorf("document 9: told %+v", last)
			}
		})
	}
}

// TestDraftLetters: a draft is waited for, and goes to nobody.
func TestDraftLetters(t *testing.T) {
	const draft = `"LifeCycleState":"Draft","RegistrationState":"NotRegistered","InResponseTo":{"Id":`
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/IOutgoingLetters") {
			_, _ = io.WriteString(w, `{"value":[{"Id":95,`+draft+`5}},{"Id":96,`+draft+`6}}]}`)
			return
		}
		_, _ = io.WriteString(w, `{"Versions":[{"Id":3,"Number":1}],"value":[{"Id":5,"ExecutionState":"Executed"},{"Id":6,"ExecutionState":"WithoutExecut"}]}`)
	}, "profile", "incoming_letters")
	got, err := c.ReadStatuses(t.Context(), sdk.Ref{ID: "5"}, sdk.Ref{ID: "6"})
	if err != nil || len(got) != 2 || got[0].Status != sdk.StatusInWork || got[1].Status != sdk.StatusLeftUnanswered || len(got[1].Attachments) > 0 {
		t.Errorf("told %+v, %v", got, err)
	}
}

// TestOffsetsWithoutColon reads dates whose offset has none.
func TestOffsetsWithoutColon(t *testing.T) {
	c := wire(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"value":[{"Id":5,"ExecutionState":"OnExecution","RegistrationNumber":"5-ОГ","RegistrationDate":"2026-11-23T21:00:00.000+0000",
			"ProlongationDeadline":[{"Id":1,"Number":1,"NewDeadline":"2027-01-15T00:00:00.000+0300"}]}]}`)
	})
	got := present(t, c, sdk.Ref{Link: "rx", ID: "5"})
	if got == nil || got.Number.Date.String() != "2026-11-24" || got.AnswerBy.String() != "2027-01-15" {
		t.Errorf("%+v", got)
	}
}

func TestBrokenStates(t *testing.T) {
	one := func(doc string) *directumrx.Connector {
		return wire(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, doc) })
	}
	ref := sdk.Ref{Link: "rx", ID: "5"}
	got, err := one(`{"value":[{"Id":5,"ExecutionState":{}},{"Id":6,"ExecutionState":"OnExecution"}]}`).ReadStatuses(t.Context(), ref, sdk.Ref{Link: "rx", ID: "6"})
	if err != nil || len(got) != 2 || !got[0].Unmapped() || got[0].External.Code != "unreadable" || got[0].External.Label != "property ExecutionState is no text" || got[1].Status != sdk.StatusInWork {
		t.Errorf("%+v, %v", got, err)
	}
	for name, test := range map[string]struct {
		doc  string
		kind sdk.Kind
		says string
	}{
		"no JSON":     {`{"value":[{,}]}`, sdk.Invalid, "not JSON"},
		"no value":    {`{}`, sdk.Invalid, "no member value"},
		"wrong type":  {`{"value":{"Id":5}}`, sdk.Invalid, "wrong type"},
		"no entity":   {`{"value":["x"]}`, sdk.Invalid, "no entity"},
		"no id":       {`{"value":[{"ExecutionState":"OnExecution"}]}`, sdk.Invalid, "Id is no positive whole number"},
		"HTML":        {`<!DOCTYPE html><p>`, sdk.Transient, "HTML"},
		"null entity": {`{"value":[null]}`, sdk.Invalid, "no entity"},
	} {
		_, err := one(test.doc).ReadStatuses(t.Context(), ref)
		t.Run(name, func(t *testing.T) { wantKind(t, err, test.kind, test.says) })
	}
}

// TestLetterTroubles holds the letter's troubles apart from the documents'.
func TestLetterTroubles(t *testing.T) {
	letters := "/Integration/odata/IOutgoingLetters("
	for name, test := range map[string]struct {
		letter  int // status of requests for letters
		told    int
		missing bool
		kind    sdk.Kind
	}{
		"gone":      {404, 2, true, ""},
		"refused":   {400, 2, true, ""},
		"broken":    {500, 1, false, ""},
		"forbidden": {403, 2, false, ""},
		"denied":    {401, 0, false, sdk.Denied},
		"throttled": {429, 0, false, sdk.Throttled},
	} {
		t.Run(name, func(t *testing.T) {
			c := wire(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, letters) || strings.Contains(r.URL.Path, "IElectronicDocuments") {
					w.WriteHeader(test.letter)
					return
				}
				_, _ = io.WriteString(w, `{"value":[{"Id":5,"ExecutionState":"Executed","AnswerLetter":{"Id":9,"Name":"Ответ","RegistrationNumber":"И-1"}},{"Id":6,"ExecutionState":"OnExecution"}]}`)
			})
			got, err := c.ReadStatuses(t.Context(), sdk.Ref{Link: "rx", ID: "5"}, sdk.Ref{Link: "rx", ID: "6"})
			if test.kind != "" {
				wantKind(t, err, test.kind, "read versions")
				return
			}
			if err != nil || len(got) != test.told {
				t.Fatalf("%+v, %v", got, err)
			}
			if name == "forbidden" && (got[0].External.Label != "versions of document 9, the answer to document 5, can't be read: HTTP 403 Forbidden" || got[1].Status != sdk.StatusInWork) {
				t.Errorf("told %+v", got)
			}
			if missing := len(got[0].Attachments) == 1 && got[0].Attachments[0].Missing != ""; missing != test.missing {
				t.Errorf("attachments %+v", got[0].Attachments)
			}
			if err := got[0].Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestReadFaults(t *testing.T) {
	s := startStand(t)
	c := connect(t, s)
	ref := deliver(t, c, appeal())
	for fault, kind := range map[string]sdk.Kind{
		`"status","status":500`: sdk.Transient, `"status","status":403`: sdk.Denied, `"throttle"`: sdk.Throttled, `"html"`: sdk.Transient,
		`"garbage"`: sdk.Invalid, `"truncate"`: sdk.Transient, `"drop_after"`: sdk.Transient, `"redirect","location":"http://evil.example/"`: sdk.Transient,
	} {
		s.fault(`{"path":"/Integration/odata","times":1,"fault":` + fault + `}`)
		_, err := c.ReadStatuses(t.Context(), ref)
		t.Run(fault, func(t *testing.T) { wantKind(t, err, kind, "read documents") })
	}
}

// TestFormsOfVersions meets stands that publish versions in one way only.
func TestFormsOfVersions(t *testing.T) {
	const rows = `[{"Id":3,"Number":1,"Note":"appealhub file a","AssociatedApplication":{"Id":1,"Extension":"PDF"}}]`
	for name, answer := range map[string]func(r *http.Request) string{
		"with the document": func(r *http.Request) string {
			return pick(r, "/IRequests(5)", "Versions($expand=AssociatedApplication)", `{"Id":5,"Versions":`+rows+`}`)
		},
		"narrower": func(r *http.Request) string {
			return pick(r, "/IRequests(5)", "Versions", `{"Id":5,"Versions":`+rows+`}`)
		},
		"of any document": func(r *http.Request) string {
			return pick(r, "/IElectronicDocuments(5)", "Versions($expand=AssociatedApplication)", `{"Id":5,"Versions":`+rows+`}`)
		},
		"as a collection": func(r *http.Request) string { return pick(r, "/IRequests(5)/Versions", "", `{"value":`+rows+`}`) },
		"as a collection, expands": func(r *http.Request) string {
			return pick(r, "/IRequests(5)/Versions", "AssociatedApplication", `{"value":`+rows+`}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := wire(t, func(w http.ResponseWriter, r *http.Request) {
				switch body := answer(r); {
				case strings.HasSuffix(r.URL.Path, "/$value"):
					w.Header().Set("Content-Type", "application/octet-stream")
					_, _ = io.WriteString(w, "x")
				case r.Method != http.MethodGet:
					t.Errorf("%s %s: the version is there", r.Method, r.URL.Path)
				case body == "":
					w.WriteHeader(400)
				default:
					_, _ = io.WriteString(w, body)
				}
			})
			deliverFile(t, c, sdk.Ref{Link: "rx", ID: "5"}, sdk.Attachment{ID: "a"}, "x")
		})
	}
}

// pick answers one form of request.
func pick(r *http.Request, path, expand, body string) string {
	if strings.HasSuffix(r.URL.Path, path) && r.URL.Query().Get("$expand") == expand {
		return body
	}
	return ""
}
