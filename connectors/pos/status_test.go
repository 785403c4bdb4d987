package pos_test

import (
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/connectors/pos/possim"
	"github.com/appealhub/appealhub/sdk"
)

func day(d int) sdk.Date { return sdk.Date{Year: 2026, Month: time.March, Day: d} }

// answeredItem is a platform with one accepted item.
func answeredItem(t *testing.T) (*portal, sdk.Ref) {
	t.Helper()
	p := startPortal(t, possim.Config{})
	p.control("POST", "items", `{"item":{"id":7,"description":"x","applicant":{"surname":"x"}}}`, nil)
	c := connect(t, p)
	a := fetchOne(t, c)
	if err := c.Ack(t.Context(), a.AckID); err != nil {
		t.Fatal(err)
	}
	return p, a.Ref
}

func TestStatusesOnTheWire(t *testing.T) {
	number := sdk.Number{System: sdk.NumberEDMS, Link: "rx", Value: "13-ОГ", Date: day(3)}
	progress := func(more ...any) map[string]any {
		return body(append([]any{"answer", false, "status", "В работе", "statusText", "Обращение принято в работу"}, more...)...)
	}
	final := func(kind, text string, more ...any) map[string]any {
		return body(append([]any{
			"answer", true, "appealAnswerType", kind, "answerText", text, "status", "Закрыто", "statusText", "Обращение рассмотрено",
		}, more...)...)
	}
	for name, test := range map[string]struct {
		change sdk.StatusChange
		want   map[string]any // nil: not told
	}{
		"received":   {sdk.StatusChange{Status: sdk.StatusReceived}, nil},
		"delivered":  {sdk.StatusChange{Status: sdk.StatusDelivered}, nil},
		"rework":     {sdk.StatusChange{Status: sdk.StatusRework, Text: "ещё раз"}, nil},
		"closed":     {sdk.StatusChange{Status: sdk.StatusClosed}, nil},
		"rating":     {sdk.StatusChange{Rating: sdk.Rating{Value: 5}}, nil},
		"unmapped":   {sdk.StatusChange{External: sdk.External{Code: "X"}, Text: "внутреннее"}, nil},
		"own number": {sdk.StatusChange{Number: sdk.Number{System: sdk.NumberPOS, Value: "ПОС-1"}}, nil},
		"Госуслуги":  {sdk.StatusChange{Number: sdk.Number{System: sdk.NumberEPGU, Value: "6668478383"}}, nil},
		"registered": {
			sdk.StatusChange{Status: sdk.StatusRegistered, Number: number},
			progress("regNumber", "13-ОГ", "regNumberSetAt", "2026-03-03T00:00:00+03:00"),
		},
		"number alone": {
			sdk.StatusChange{Number: sdk.Number{Value: "13-ОГ"}}, progress("regNumber", "13-ОГ"),
		},
		"in work": {
			sdk.StatusChange{Status: sdk.StatusInWork, Text: "Назначен исполнитель", Executor: sdk.Official{Surname: "Ли", Name: "Пётр", Phone: "1"}},
			progress("comment", "Назначен исполнитель", "executorInfo", map[string]any{"surname": "Ли", "name": "Пётр", "phone": "1"}),
		},
		"comment alone": {sdk.StatusChange{Text: "Выезд комиссии"}, progress("comment", "Выезд комиссии")},
		"extension":     {sdk.StatusChange{AnswerBy: day(9)}, progress("comment", "Срок рассмотрения: до 09.03.2026.")},
		"postponed": {
			sdk.StatusChange{Status: sdk.StatusPostponed, Text: "Ждём лета", PostponedTo: day(31)},
			body("answer", true, "appealAnswerType", "POSTPONED", "answerText", "Ждём лета", "postponedDate", "2026-03-31T00:00:00+03:00",
				"status", "В работе", "statusText", "Обращение принято в работу"),
		},
		"postponed without a date": {sdk.StatusChange{Status: sdk.StatusPostponed, Text: "Ждём"}, progress("comment", "Ждём")},
		"explained": {
			sdk.StatusChange{
				Status: sdk.StatusAnswered, Outcome: sdk.OutcomeExplained, Text: "Разъясняем <&>", Number: number,
				Answer: sdk.Number{Value: "И-5", Date: day(20)}, Manager: sdk.Official{Surname: "Ёлкина"},
			},
			final("SOLVED", "Разъясняем <&>", "regNumber", "13-ОГ", "regNumberSetAt", "2026-03-03T00:00:00+03:00",
				"outgoingNumber", "И-5", "outgoingNumberSetAt", "2026-03-20T00:00:00+03:00", "managerInfo", map[string]any{"surname": "Ёлкина"}),
		},
		"supported":              {sdk.StatusChange{Status: sdk.StatusAnswered, Outcome: sdk.OutcomeSupported, Text: "т"}, final("SOLVED", "т")},
		"measures":               {sdk.StatusChange{Status: sdk.StatusAnswered, Outcome: sdk.OutcomeMeasuresTaken, Text: "т"}, final("SOLVED", "т")},
		"not supported":          {sdk.StatusChange{Status: sdk.StatusAnswered, Outcome: sdk.OutcomeNotSupported, Text: "т"}, final("REJECTED", "т")},
		"answered":               {sdk.StatusChange{Status: sdk.StatusAnswered}, final("SOLVED", "Обращение рассмотрено.")},
		"refused":                {sdk.StatusChange{Status: sdk.StatusRefused, Text: "т"}, final("REJECTED", "т")},
		"outcome of no answer":   {sdk.StatusChange{Status: sdk.StatusRefused, Outcome: sdk.OutcomeExplained, Text: "т"}, final("REJECTED", "т")},
		"a term with the answer": {sdk.StatusChange{Status: sdk.StatusAnswered, Text: "т", AnswerBy: day(9)}, final("SOLVED", "т")},
		"left":                   {sdk.StatusChange{Status: sdk.StatusLeftUnanswered, Text: "т"}, final("REJECTED", "т")},
		"forwarded": {
			sdk.StatusChange{Status: sdk.StatusForwarded, Text: "т", ForwardedTo: "ГУ МЧС"},
			final("FORWARDED", "т", "comment", "Направлено по компетенции: ГУ МЧС."),
		},
		"missing file": {
			sdk.StatusChange{Status: sdk.StatusAnswered, Text: "т", Attachments: []sdk.Attachment{{ID: "1", Name: "Ответ.pdf", Missing: "gone"}}},
			final("SOLVED", "т", "comment", "Не удалось приложить файл «Ответ.pdf»."),
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, ref := answeredItem(t)
			c := connect(t, p)
			test.change.ID, test.change.Ref = "c-1", ref
			for range 2 {
				receipt, err := c.DeliverStatus(t.Context(), ref, test.change)
				if err != nil {
					t.Fatal(err)
				}
				if want := test.want != nil; want != (receipt.Ref == ref) || receipt.Token != "" {
					t.Errorf("receipt %+v", receipt)
				}
			}
			state := p.item(ref.ID)
			if test.want == nil {
				if len(state.Answers) != 0 || p.requests("POST", "/appeal-service/edms/7") != 1 {
					t.Errorf("it was told: %+v", state.Answers)
				}
				return
			}
			if len(state.Answers) != 1 || state.Answers[0].Repeats != 1 {
				t.Fatalf("the second try was not the same bytes: %+v", state.Answers)
			}
			if diff := cmp.Diff(test.want, state.Answers[0].Body); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func body(pairs ...any) map[string]any {
	m := map[string]any{"id": 7.0, "notifyApplicant": true}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

func TestAnswerOptions(t *testing.T) {
	p, ref := answeredItem(t)
	o := options(p.url, "time_zone", "Asia/Kamchatka", "notify_applicant", "false", "status_text_closed", "Готово", "answer_text", "См. приложение")
	o["answer_types"] = map[string]any{"closed": "SOLVED", "explained": "REJECTED"}
	c := open(t, o, time.Now)
	for _, s := range []sdk.StatusChange{
		{ID: "1", Status: sdk.StatusClosed},
		{ID: "2", Status: sdk.StatusAnswered, Outcome: sdk.OutcomeExplained, Answer: sdk.Number{Value: "1", Date: day(1)}},
	} {
		if _, err := c.DeliverStatus(t.Context(), ref, s); err != nil {
			t.Fatal(err)
		}
	}
	answers := p.item(ref.ID).Answers
	want := []map[string]any{
		body("notifyApplicant", false, "answer", true, "answerText", "См. приложение", "appealAnswerType", "SOLVED", "status", "Закрыто", "statusText", "Готово"),
		body("notifyApplicant", false, "answer", true, "answerText", "См. приложение", "appealAnswerType", "REJECTED", "status", "Закрыто", "statusText", "Готово",
			"outgoingNumber", "1", "outgoingNumberSetAt", "2026-03-01T00:00:00+12:00"),
	}
	for i := range want {
		if diff := cmp.Diff(want[i], answers[i].Body); diff != "" {
			t.Error(diff)
		}
	}
}

func TestStatusFailures(t *testing.T) {
	p, ref := answeredItem(t)
	c := connect(t, p)
	answered := sdk.StatusChange{ID: "1", Status: sdk.StatusAnswered, Text: "т"}
	_, err := c.DeliverStatus(t.Context(), sdk.Ref{Link: "pos", ID: "404"}, answered)
	wantKind(t, err, sdk.NotFound, "deliver status: HTTP 404 Not Found: Сообщение не найдено")
	_, err = c.DeliverStatus(t.Context(), sdk.Ref{Link: "pos", ID: "../x"}, answered)
	wantKind(t, err, sdk.Invalid, "no id of the platform's")
	_, err = c.DeliverStatus(t.Context(), ref, sdk.StatusChange{Status: sdk.StatusAnswered, Attachments: []sdk.Attachment{{ID: "1", Name: "Смирнова.pdf"}}})
	wantKind(t, err, sdk.Invalid, "attachments/0: is not uploaded")
	_, err = c.DeliverStatus(t.Context(), ref, sdk.StatusChange{Status: sdk.StatusAnswered, Text: "т", Attachments: []sdk.Attachment{{ID: "1", Ref: sdk.Ref{Link: "pos", ID: "12345"}}}})
	wantKind(t, err, sdk.Rejected, "attachmentIds")
	for fault, want := range map[string]struct {
		kind sdk.Kind
		says string
	}{
		`"fault":"html"`:        {sdk.Transient, "an HTML page instead of a receipt"},
		`"fault":"drop_before"`: {sdk.Transient, "deliver status"},
		`"fault":"status","status":503,"retry_after":"60"`:       {sdk.Transient, "503"},
		`"fault":"redirect","location":"http://evil.example/"`:   {sdk.Transient, "redirect"},
		`"fault":"redirect","location":"/appeal-service/edms/8"`: {sdk.Transient, "redirect"},
	} {
		p.fault(`{"path":"/appeal-service",` + fault + `}`)
		_, err := c.DeliverStatus(t.Context(), ref, answered)
		wantKind(t, err, want.kind, want.says)
		p.control("DELETE", "faults", nil, nil)
	}
	if got := p.item(ref.ID).Answers; len(got) != 0 {
		t.Errorf("the platform has answers: %+v", got)
	}
}

// TestLostResponse: the answer whose response was lost is sent again with the
// same bytes, and the platform has it once.
func TestLostResponse(t *testing.T) {
	p, ref := answeredItem(t)
	c := connect(t, p)
	answered := sdk.StatusChange{ID: "1", Status: sdk.StatusAnswered, Text: "т", At: time.Now()}
	p.fault(`{"path":"/appeal-service/edms/7","fault":"drop_after","times":1}`)
	_, err := c.DeliverStatus(t.Context(), ref, answered)
	wantKind(t, err, sdk.Transient, "deliver status")
	answered.At = time.Now()
	if _, err := connect(t, p).DeliverStatus(t.Context(), ref, answered); err != nil {
		t.Fatal(err)
	}
	answers := p.item(ref.ID).Answers
	if len(answers) != 1 || answers[0].Repeats != 1 || answers[0].Late || answers[0].BeforeAccept {
		t.Errorf("got %+v", answers)
	}
}

func TestAnswerWithFiles(t *testing.T) {
	p, ref := answeredItem(t)
	c := connect(t, p)
	content := "Ответ\x00\xff"
	a := sdk.Attachment{ID: "f1", Name: "Ответ заявителю «1».pdf", MediaType: "application/pdf", Size: int64(len(content)), Appeal: "018f"}
	receipt, err := c.DeliverAttachment(t.Context(), sdk.Ref{}, a, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if receipt.Ref.Link != "pos" || receipt.Ref.ID == "" {
		t.Fatalf("receipt %+v", receipt)
	}
	a.Ref = receipt.Ref
	s := sdk.StatusChange{ID: "1", Status: sdk.StatusAnswered, Text: "т", Attachments: []sdk.Attachment{a}}
	if _, err := c.DeliverStatus(t.Context(), ref, s); err != nil {
		t.Fatal(err)
	}
	state := p.item(ref.ID)
	want := []fileState{{
		ID: receipt.Ref.ID, Name: "Ответ заявителю «1».pdf", MediaType: "application/pdf", Size: int64(len(content)),
		SHA256: hexOf(sha256.Sum256([]byte(content))), Content: []byte(content),
	}}
	if diff := cmp.Diff(want, state.Uploads); diff != "" {
		t.Error(diff)
	}
	if id, ok := state.Answers[0].Body["attachmentIds"].([]any)[0].(float64); !ok || id < 1 {
		t.Errorf("attachmentIds %v: want the number that the platform gave", state.Answers[0].Body["attachmentIds"])
	}
}

// TestIDsOfFilesGoBackAsTheyCame: digits given as text are not a number.
func TestIDsOfFilesGoBackAsTheyCame(t *testing.T) {
	for given, want := range map[string]string{`501`: `501`, `"501"`: `"501"`, `"9f-ab"`: `"9f-ab"`, `"007"`: `"007"`, `9007199254740993`: `9007199254740993`, `9223372036854775807`: `9223372036854775807`, `"null"`: `"null"`, `"true"`: `"true"`} {
		var sent []byte
		c := wire(t, func(w http.ResponseWriter, r *http.Request) {
			sent, _ = io.ReadAll(r.Body)
			_, _ = io.WriteString(w, `{"id":`+given+`}`)
		})
		receipt, err := c.DeliverAttachment(t.Context(), sdk.Ref{}, sdk.Attachment{Name: "a.pdf"}, strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		s := sdk.StatusChange{Status: sdk.StatusAnswered, Attachments: []sdk.Attachment{{Ref: receipt.Ref}}}
		if _, err := c.DeliverStatus(t.Context(), sdk.Ref{ID: "1"}, s); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(sent), `"attachmentIds":[`+want+`]`) {
			t.Errorf("%s: sent %s", given, sent)
		}
	}
}

// TestTextIDsOfFiles: the platform's storage may name files by text.
func TestTextIDsOfFiles(t *testing.T) {
	var sent []byte
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		sent, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, `{"id":"9f-ab"}`)
	})
	receipt, err := c.DeliverAttachment(t.Context(), sdk.Ref{}, sdk.Attachment{Name: "../../Ответ.pdf", MediaType: "evil\r\nX: 1"}, strings.NewReader("x"))
	if err != nil || receipt.Ref.ID != "9f-ab" {
		t.Fatalf("%+v %v", receipt, err)
	}
	if s := string(sent); !strings.Contains(s, `name="file"; filename="Ответ.pdf"`) || strings.Contains(s, "evil") {
		t.Errorf("sent %q", s)
	}
	s := sdk.StatusChange{Status: sdk.StatusAnswered, Text: "т", Attachments: []sdk.Attachment{{Ref: receipt.Ref}, {Ref: sdk.Ref{ID: "007"}}}}
	if _, err := c.DeliverStatus(t.Context(), sdk.Ref{ID: "a-1"}, s); err != nil {
		t.Fatal(err)
	}
	var body struct {
		ID            any   `json:"id"`
		AttachmentIDs []any `json:"attachmentIds"`
	}
	if err := json.Unmarshal(sent, &body); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{"a-1", "9f-ab", "007"}, append([]any{body.ID}, body.AttachmentIDs...)); diff != "" {
		t.Error(diff)
	}
}
