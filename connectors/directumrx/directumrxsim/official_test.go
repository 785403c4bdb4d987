package directumrxsim_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/connectors/directumrx/directumrxsim"
)

func (s *stand) script(body string) {
	s.t.Helper()
	if status := s.control("POST", "scripts", body, nil); status != 204 {
		s.t.Fatalf("%s: %d", body, status)
	}
}

// letter is the answer letter of a request and the text of its body.
func (s *stand) letter(id int64) (number, text string) {
	s.t.Helper()
	var got struct {
		AnswerLetter *struct {
			ID                 int64 `json:"Id"`
			RegistrationNumber string
			Versions           []created
		}
	}
	s.must(200, "GET", fmt.Sprintf("IRequests(%d)?$expand=AnswerLetter($expand=Versions)", id), "", &got)
	if got.AnswerLetter == nil {
		return "", ""
	}
	l := got.AnswerLetter
	body := s.do("GET", fmt.Sprintf("IElectronicDocuments(%d)/Versions(%d)/Body/$value", l.ID, l.Versions[len(l.Versions)-1].ID), "")
	return l.RegistrationNumber, body.body
}

func TestDefaultScript(t *testing.T) {
	s := start(t, directumrxsim.Config{Script: directumrxsim.DefaultScript()})
	id := s.request("a")
	var seen []string
	for range 4 {
		d := s.document(id)
		seen = append(seen, fmt.Sprint(d.text("ExecutionState"), " ", d.text("RegistrationState"), " ", d.text("RegistrationNumber"), " ", d.Questions[0].ReviewResult))
		s.advance(time.Second)
	}
	want := []string{" NotRegistered  Draft", "OnExecution NotRegistered  Active", "OnExecution Registered 1-ОГ Active", "Executed Registered 1-ОГ Explained"}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
	d := s.document(id)
	if number, text := s.letter(id); number != "1-ИСХ" || text == "" || !d.Finished || d.text("Deadline") != "2026-12-23T12:00:02+03:00" || d.text("ResponseDate") != "2026-11-23T12:00:03+03:00" {
		t.Errorf("%s %q %v", number, text, d)
	}
	if got := s.ids("IOutgoingLetters", fmt.Sprintf("InResponseTo/Id eq %d", id)); len(got) != 1 {
		t.Errorf("letters: %v", got)
	}
}

func TestSteps(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	for i, test := range []struct {
		why, script string
		want        map[string]string
		result      string
		letter      bool
	}{
		{"own number", `{"do":"register","number":"13-ОГ"}`, map[string]string{"RegistrationNumber": "13-ОГ", "ExecutionState": "OnReview"}, "Draft", false},
		{"answer without registering", `{"do":"answer","text":"Сделано","result":"ActionsTaken","number":"77/1"}`, map[string]string{"ExecutionState": "Executed", "RegistrationState": "Registered"}, "ActionsTaken", true},
		{"forward", `{"do":"forward","to":"Министерство дорог"}`, map[string]string{"ExecutionState": "Executed", "TransferredTo": `{"Id":`}, "Transferred", true},
		{"refuse", `{"do":"refuse","text":"Не по компетенции"}`, map[string]string{"ExecutionState": "Executed"}, "Denied", true},
		{"leave", `{"do":"leave"}`, map[string]string{"ExecutionState": "WithoutExecut"}, "Obsolete", false},
		{"extend twice", `{"do":"register"},{"do":"extend","days":10},{"do":"extend","days":20}`, map[string]string{"Deadline": "2027-01-22T12:00:00+03:00", "InitialDeadline": "2026-12-23T12:00:00+03:00"}, "InWorkExtended", false},
		{"close", `{"do":"answer"},{"do":"close"}`, map[string]string{"ControlExecutionState": "ControlRemoved"}, "Explained", true},
		{"any value", `{"do":"set","values":{"ExecutionState":"OnMoon","IsRepeated":true,"Deadline":"2026-12-01T00:00:00+03:00"}}`, map[string]string{"ExecutionState": "OnMoon", "IsRepeated": "true", "Deadline": "2026-12-01T00:00:00+03:00"}, "Draft", false},
		{"file", `{"do":"answer","file":{"name":"Ответ.PDF","content_text":"%PDF-"}}`, nil, "Explained", true},
		{"made file", `{"do":"answer","file":{"name":"Ответ.bin","size":300000}}`, nil, "Explained", true},
	} {
		match := fmt.Sprintf("case %d", i)
		s.script(fmt.Sprintf(`{"match":%q,"script":[%s]}`, match, test.script))
		id := s.request(match)
		d := s.document(id)
		for name, want := range test.want {
			if !strings.HasPrefix(d.text(name), want) {
				t.Errorf("%s: %s is %s, want %s", test.why, name, d.text(name), want)
			}
		}
		if d.Questions[0].ReviewResult != test.result {
			t.Errorf("%s: result %s", test.why, d.Questions[0].ReviewResult)
		}
		if number, text := s.letter(id); (number != "") != test.letter || test.letter && text == "" {
			t.Errorf("%s: letter %s %q", test.why, number, text)
		}
	}
	var got struct {
		ProlongationDeadline []struct {
			Number                            int
			NewDeadline, ReasonChangeDeadline string
		}
	}
	s.must(200, "GET", "IRequests("+fmt.Sprint(s.ids("IRequests", "Note eq 'case 5'")[0])+")?$expand=ProlongationDeadline", "", &got)
	if len(got.ProlongationDeadline) != 2 || got.ProlongationDeadline[1].Number != 2 || got.ProlongationDeadline[0].NewDeadline != "2027-01-02T12:00:00+03:00" || got.ProlongationDeadline[0].ReasonChangeDeadline == "" {
		t.Errorf("%+v", got)
	}
}

// A plain incoming letter has neither questions nor an answer of its own.
func TestIncomingLetter(t *testing.T) {
	s := start(t, directumrxsim.Config{Script: []directumrxsim.Step{{Do: directumrxsim.Take}, {Do: directumrxsim.Extend}, {Do: directumrxsim.Refuse, Text: "Нет"}}})
	id := s.add("IIncomingLetters", `{"DocumentKind":{"Id":2},"Correspondent":{"Id":1},"InNumber":"1"}`)
	d := s.document(id)
	if d.text("ExecutionState") != "Aborted" || d.text("RegistrationNumber") != "1-ВХ" || len(d.Letters) != 1 {
		t.Errorf("%+v", d)
	}
	if got := s.ids("IOutgoingLetters", fmt.Sprintf("InResponseTo/Id eq %d", id)); len(got) != 1 {
		t.Errorf("letters: %v", got)
	}
}

func TestRepeatedConsideration(t *testing.T) {
	s := start(t, directumrxsim.Config{Script: []directumrxsim.Step{{Do: directumrxsim.Register}, {Do: directumrxsim.Answer}}})
	id := s.request("a")
	where := fmt.Sprintf("IRequests(%d)", id)
	write := func(text string) {
		t.Helper()
		version := s.version(id)
		if got := s.do("PUT", version+"/$value", text, "Content-Type", "application/octet-stream"); got.status != 204 {
			t.Fatal(got)
		}
	}
	for _, step := range []struct {
		why   string
		do    func()
		round int
	}{
		{"answered", func() {}, 1},
		{"a change of something else", func() { s.must(204, "PATCH", where, `{"Subject":"x","IsRepeated":false}`, nil) }, 1},
		{"a text that doesn't ask", func() { write("Спасибо") }, 1},
		{"property", func() { s.must(204, "PATCH", where, `{"IsRepeated":true}`, nil) }, 2},
		{"the same once more", func() { s.must(204, "PATCH", where, `{"IsRepeated":true}`, nil) }, 2},
		{"the text that belongs to it", func() { write("Двор\n\nПовторное рассмотрение: № 1. Нет") }, 2},
		{"the same text after a rating", func() {
			write("Двор\n\nПовторное рассмотрение: № 1. Нет\nОценка: 2")
		}, 2},
		{"the next request", func() { write("Двор\n\nПовторное рассмотрение: № 2. Опять нет") }, 3},
	} {
		step.do()
		if d := s.document(id); d.Round != step.round || !d.Finished || len(d.Letters) != step.round {
			t.Errorf("%s: round %d, %d letters, %s", step.why, d.Round, len(d.Letters), d.did())
		}
	}
	if d := s.document(id); d.did() != "register answer reopen answer reopen answer" || d.text("RegistrationNumber") != "1-ОГ" {
		t.Errorf("%s, %s", d.did(), d.text("RegistrationNumber"))
	}
	if number, text := s.letter(id); number != "3-ИСХ" || !strings.Contains(text, "№ 3") {
		t.Errorf("letter %s %q", number, text)
	}
}

func TestOwnScriptForTheSecondRound(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	s.script(`{"match":"327441806","script":[{"do":"answer"}],"again":[{"do":"take"},{"do":"answer","result":"Supported","after":"1h"}]}`)
	id := s.request("a")
	s.must(204, "PATCH", fmt.Sprintf("IRequests(%d)", id), `{"IsRepeated":true}`, nil)
	if d := s.document(id); d.did() != "answer reopen take" || d.Finished || d.text("ExecutionState") != "OnExecution" {
		t.Errorf("%+v", d)
	}
	if number, _ := s.letter(id); number != "" {
		t.Errorf("the answer of the round before is still there: %s", number)
	}
	s.advance(time.Hour)
	if d := s.document(id); d.did() != "answer reopen take answer" || d.Questions[0].ReviewResult != "Supported" {
		t.Errorf("%+v", d)
	}
}

func TestStepsAreReplaced(t *testing.T) {
	s := start(t, directumrxsim.Config{Script: directumrxsim.DefaultScript()})
	id := s.request("a")
	s.advance(time.Second)
	var d document
	if status := s.control("POST", fmt.Sprintf("documents/%d/script", id), `{"script":[{"do":"leave"}]}`, &d); status != 200 {
		t.Fatal(status)
	}
	s.advance(time.Hour)
	if d = s.document(id); d.did() != "take leave" {
		t.Errorf("%s", d.did())
	}
}

// Run lets officials act in real time.
func TestServe(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	sim := directumrxsim.New(directumrxsim.Config{Script: []directumrxsim.Step{{Do: directumrxsim.Take, After: 1}}})
	go func() { ended <- sim.Serve(ctx, ln) }()
	s := &stand{t, "http://" + ln.Addr().String()}
	id := s.request("a")
	for deadline := time.Now().Add(10 * time.Second); s.document(id).did() != "take"; {
		if time.Now().After(deadline) {
			t.Fatal("nobody took it into work")
		}
	}
	http.DefaultClient.CloseIdleConnections()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
