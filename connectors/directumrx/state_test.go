package directumrx

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/sdk"
)

func testConnector(t testing.TB, profile string) *Connector {
	t.Helper()
	opened, err := Open(t.Context(), sdk.Env{Link: "rx", Log: slog.New(slog.DiscardHandler), Options: sdk.Options{
		"url": "http://127.0.0.1:1", "username": "hub", "password": "p", "profile": profile,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return opened.(*Connector)
}

func described(t *testing.T, c *Connector, doc string) sdk.StatusChange {
	t.Helper()
	var o object
	if err := json.Unmarshal([]byte(doc), &o); err != nil {
		t.Fatal(err)
	}
	s, err := c.snapshot(o, nil)
	if err != nil {
		t.Fatal(err)
	}
	var change sdk.StatusChange
	s.describe(&change, "rx")
	return change
}

func TestStates(t *testing.T) {
	c := testConnector(t, "ogv")
	for name, test := range map[string]struct {
		doc     string
		status  sdk.Status
		outcome sdk.Outcome
		code    string
	}{
		"new":                        {`{"Id":1,"LifeCycleState":"Draft","RegistrationState":"NotRegistered","Questions":[{"Id":1,"ReviewResult":"Draft"}]}`, "", "", ""},
		"nothing said":               {`{"Id":1}`, "", "", ""},
		"registered":                 {`{"Id":1,"LifeCycleState":"Active","RegistrationState":"Registered","RegistrationNumber":"13-ОГ"}`, sdk.StatusRegistered, "", "Registered"},
		"number only reserved":       {`{"Id":1,"RegistrationState":"Reserved","RegistrationNumber":"13-ОГ"}`, "", "", ""},
		"on review":                  {`{"Id":1,"ExecutionState":"OnReview","RegistrationNumber":"13-ОГ"}`, sdk.StatusRegistered, "", "OnReview"},
		"in work":                    {`{"Id":1,"ExecutionState":"OnExecution"}`, sdk.StatusInWork, "", "OnExecution"},
		"result while in work":       {`{"Id":1,"ExecutionState":"OnExecution","Questions":[{"Id":1,"ReviewResult":"Denied"}]}`, sdk.StatusInWork, "", "OnExecution"},
		"letter without a number":    {`{"Id":1,"ExecutionState":"OnExecution","AnswerLetter":{"Id":2},"Questions":[{"Id":1,"ReviewResult":"Denied"}]}`, sdk.StatusInWork, "", "OnExecution"},
		"letter bears a number":      {`{"Id":1,"ExecutionState":"OnExecution","AnswerLetter":{"Id":2,"RegistrationNumber":"И-1"},"Questions":[{"Id":1,"ReviewResult":"Explained"}]}`, sdk.StatusAnswered, sdk.OutcomeExplained, "Explained"},
		"letter, still under review": {`{"Id":1,"ExecutionState":"OnExecution","AnswerLetter":{"Id":2,"RegistrationNumber":"И-1"},"Questions":[{"Id":1,"ReviewResult":"Active"}]}`, sdk.StatusInWork, "", "OnExecution"},
		"letter, no questions":       {`{"Id":1,"AnswerLetter":{"Id":2,"RegistrationNumber":"И-1"}}`, sdk.StatusAnswered, "", ""},
		"supported":                  {`{"Id":1,"ExecutionState":"Executed","Questions":[{"Id":1,"ReviewResult":"Supported"}]}`, sdk.StatusAnswered, sdk.OutcomeSupported, "Supported"},
		"measures taken":             {`{"Id":1,"ExecutionState":"Executed","Questions":[{"Id":1,"ReviewResult":"ActionsTaken"}]}`, sdk.StatusAnswered, sdk.OutcomeMeasuresTaken, "ActionsTaken"},
		"not supported":              {`{"Id":1,"ExecutionState":"WithoutExecut","Questions":[{"Id":1,"ReviewResult":"NotSupported"}]}`, sdk.StatusAnswered, sdk.OutcomeNotSupported, "NotSupported"},
		"forwarded":                  {`{"Id":1,"ExecutionState":"Executed","Questions":[{"Id":1,"ReviewResult":"Transferred"}]}`, sdk.StatusForwarded, "", "Transferred"},
		"refused":                    {`{"Id":1,"ExecutionState":"WithoutExecut","Questions":[{"Id":1,"ReviewResult":"Denied"}]}`, sdk.StatusRefused, "", "Denied"},
		"left":                       {`{"Id":1,"ExecutionState":"Executed","Questions":[{"Id":1,"ReviewResult":"Obsolete"}]}`, sdk.StatusLeftUnanswered, "", "Obsolete"},
		"best of several":            {`{"Id":1,"ExecutionState":"Executed","Questions":[{"Id":1,"ReviewResult":"Denied"},{"Id":2,"ReviewResult":"Supported"},{"Id":3,"ReviewResult":"Explained"}]}`, sdk.StatusAnswered, sdk.OutcomeSupported, "Supported"},
		"one of several open":        {`{"Id":1,"ExecutionState":"Executed","Questions":[{"Id":1,"ReviewResult":"Denied"},{"Id":2,"ReviewResult":"Active"}]}`, sdk.StatusInWork, "", "Executed"},
		"executed, nothing else":     {`{"Id":1,"ExecutionState":"Executed"}`, sdk.StatusInWork, "", "Executed"},
		"executed, no rows":          {`{"Id":1,"ExecutionState":"Executed","Questions":[],"AnswerLetter":null}`, sdk.StatusInWork, "", "Executed"},
		"no rows, a letter":          {`{"Id":1,"ExecutionState":"Executed","Questions":[],"AnswerLetter":{"Id":2}}`, sdk.StatusAnswered, "", "Executed"},
		"a draft":                    {`{"Id":1,"ExecutionState":"Executed","AnswerLetter":{"Id":2,"LifeCycleState":"Draft","RegistrationState":"NotRegistered"},"Questions":[{"Id":1,"ReviewResult":"Explained"}]}`, sdk.StatusInWork, "", "Executed"},
		"a draft, no rows":           {`{"Id":1,"ExecutionState":"Executed","AnswerLetter":{"Id":2,"LifeCycleState":"Draft","RegistrationState":"NotRegistered"}}`, sdk.StatusInWork, "", "Executed"},
		"a draft with a number":      {`{"Id":1,"ExecutionState":"Executed","AnswerLetter":{"Id":2,"RegistrationNumber":"И-1","LifeCycleState":"Draft","RegistrationState":"NotRegistered"}}`, sdk.StatusAnswered, "", "Executed"},
		"active, not registered":     {`{"Id":1,"ExecutionState":"Executed","AnswerLetter":{"Id":2,"LifeCycleState":"Active","RegistrationState":"NotRegistered"}}`, sdk.StatusAnswered, "", "Executed"},
		"left, a draft":              {`{"Id":1,"ExecutionState":"WithoutExecut","AnswerLetter":{"Id":2,"LifeCycleState":"Draft","RegistrationState":"NotRegistered"}}`, sdk.StatusLeftUnanswered, "", "WithoutExecut"},
		"left, no rows":              {`{"Id":1,"ExecutionState":"WithoutExecut","Questions":[]}`, sdk.StatusLeftUnanswered, "", "WithoutExecut"},
		"executed, no result given":  {`{"Id":1,"ExecutionState":"Executed","Questions":[{"Id":1,"ReviewResult":null},{"Id":2}]}`, sdk.StatusInWork, "", "Executed"},
		"executed with a letter":     {`{"Id":1,"ExecutionState":"Executed","AnswerLetter":{"Id":2},"Questions":[{"Id":1,"ReviewResult":null},{"Id":2}]}`, sdk.StatusAnswered, "", "Executed"},
		"letter, yet under review":   {`{"Id":1,"ExecutionState":"Executed","AnswerLetter":{"Id":2},"Questions":[{"Id":1,"ReviewResult":"Active"}]}`, sdk.StatusInWork, "", "Executed"},
		"left, no result given":      {`{"Id":1,"ExecutionState":"WithoutExecut","Questions":[{"Id":1}]}`, sdk.StatusLeftUnanswered, "", "WithoutExecut"},
		"left, letter, no result":    {`{"Id":1,"ExecutionState":"WithoutExecut","AnswerLetter":{"Id":2},"Questions":[{"Id":1}]}`, sdk.StatusLeftUnanswered, "", "WithoutExecut"},
		"forwarded, no result given": {`{"Id":1,"ExecutionState":"Executed","TransferredTo":{"Id":1,"Name":"Минздрав"},"Questions":[{"Id":1}]}`, sdk.StatusForwarded, "", "Executed"},
		"one of several not given":   {`{"Id":1,"ExecutionState":"Executed","Questions":[{"Id":1,"ReviewResult":"Denied"},{"Id":2}]}`, sdk.StatusInWork, "", "Executed"},
		"letter, no result given":    {`{"Id":1,"ExecutionState":"OnExecution","AnswerLetter":{"Id":2,"RegistrationNumber":"И-1"},"Questions":[{"Id":1}]}`, sdk.StatusInWork, "", "OnExecution"},
		"unknown execution":          {`{"Id":1,"ExecutionState":"OnHold"}`, "", "", "OnHold"},
		"aborted":                    {`{"Id":1,"ExecutionState":"Aborted"}`, "", "", "Aborted"},
		"aborted after a letter":     {`{"Id":1,"ExecutionState":"Aborted","AnswerLetter":{"Id":2,"RegistrationNumber":"И-1"}}`, "", "", "Aborted"},
		"aborted with a result":      {`{"Id":1,"ExecutionState":"Aborted","AnswerLetter":{"Id":2,"RegistrationNumber":"И-1"},"Questions":[{"Id":1,"ReviewResult":"Denied"}]}`, sdk.StatusRefused, "", "Denied"},
		"forwarded, no questions":    {`{"Id":1,"ExecutionState":"Executed","TransferredTo":{"Id":1,"Name":"Минздрав"}}`, sdk.StatusForwarded, "", "Executed"},
		"no date":                    {`{"Id":1,"RegistrationNumber":"1","RegistrationDate":"0001-01-01T00:00:00Z"}`, sdk.StatusRegistered, "", ""},
		"unknown result":             {`{"Id":1,"ExecutionState":"Executed","Questions":[{"Id":1,"ReviewResult":"Supported"},{"Id":2,"ReviewResult":"Outdated"}]}`, "", "", "Outdated"},
		"obsolete document":          {`{"Id":1,"LifeCycleState":"Obsolete","RegistrationNumber":"13-ОГ"}`, "", "", "Obsolete"},
		"obsolete while in work":     {`{"Id":1,"LifeCycleState":"Obsolete","ExecutionState":"OnExecution"}`, "", "", "Obsolete"},
		"obsolete, executed":         {`{"Id":1,"LifeCycleState":"Obsolete","ExecutionState":"Executed","Questions":[{"Id":1,"ReviewResult":"Denied"}]}`, "", "", "Obsolete"},
		"nulls":                      {`{"Id":1,"ExecutionState":null,"LifeCycleState":null,"AnswerLetter":null,"Questions":null,"ProlongationDeadline":[],"TransferredTo":null,"Assignee":null,"RegistrationDate":null}`, "", "", ""},
	} {
		got := described(t, c, test.doc)
		if got.Status != test.status || got.Outcome != test.outcome || got.External.Code != test.code {
			t.Errorf("%s: got %q %q %q, want %q %q %q", name, got.Status, got.Outcome, got.External.Code, test.status, test.outcome, test.code)
		}
	}
}

// TestNoLettersInProfile: where the profile names no letters none is waited for.
func TestNoLettersInProfile(t *testing.T) {
	c := testConnector(t, "ogv")
	c.cfg.profile.Answer = answerRule{}
	if got := described(t, c, `{"Id":1,"ExecutionState":"Executed","Questions":[]}`); got.Status != sdk.StatusAnswered {
		t.Errorf("told %+v", got)
	}
}

// TestFinalLifeCycle: a life cycle state that the profile calls final ends what
// is in work, and no decision.
func TestFinalLifeCycle(t *testing.T) {
	c := testConnector(t, "ogv")
	c.cfg.profile.LifeCycle["Obsolete"] = meaning{Status: sdk.StatusClosed}
	for doc, want := range map[string]sdk.Status{
		`{"Id":1,"LifeCycleState":"Obsolete","ExecutionState":"OnExecution"}`:                                                sdk.StatusClosed,
		`{"Id":1,"LifeCycleState":"Obsolete","ExecutionState":"Executed","Questions":[{"Id":1,"ReviewResult":"Explained"}]}`: sdk.StatusAnswered,
	} {
		if got := described(t, c, doc); got.Status != want {
			t.Errorf("%s: told %+v, want %s", doc, got, want)
		}
	}
}

func TestDescription(t *testing.T) {
	c := testConnector(t, "ogv")
	got := described(t, c, `{"Id":1,"ExecutionState":"OnExecution","RegistrationNumber":"13-ОГ","RegistrationDate":"2026-11-22T21:00:00Z","Assignee":{"Id":9,"Name":"де ла Крус Анна"},
		"ProlongationDeadline":[{"Id":2,"Number":2,"NewDeadline":"2027-01-31T00:00:00+07:00","ReasonChangeDeadline":"запрос документов"},{"Id":1,"Number":1,"NewDeadline":"2027-01-15T00:00:00+07:00"}]}`)
	want := sdk.StatusChange{
		Status:   sdk.StatusInWork,
		External: sdk.External{Code: "OnExecution", Label: "На исполнении"},
		Number:   sdk.Number{System: sdk.NumberEDMS, Link: "rx", Value: "13-ОГ", Date: sdk.Date{Year: 2026, Month: 11, Day: 23}},
		AnswerBy: sdk.Date{Year: 2027, Month: 1, Day: 31},
		Text:     "запрос документов",
		Executor: sdk.Official{Name: "де ла Крус Анна"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = described(t, c, `{"Id":1,"ExecutionState":"Executed","TransferredTo":[{"Id":1,"Name":"Минздрав"},{"Id":2,"Name":"Рострой"}],"Deadline":"2026-12-31T00:00:00+03:00","InitialDeadline":"2026-12-01T00:00:00+03:00",
		"AnswerLetter":{"Id":7,"Name":"Ответ","RegistrationNumber":"И-5","RegistrationDate":"2026-11-30"},"Questions":[{"Id":1,"ReviewResult":"Transferred"}]}`)
	want = sdk.StatusChange{
		Status:      sdk.StatusForwarded,
		External:    sdk.External{Code: "Transferred", Label: "Направлено по компетенции"},
		Answer:      sdk.Number{System: sdk.NumberEDMS, Link: "rx", Value: "И-5", Date: sdk.Date{Year: 2026, Month: 11, Day: 30}},
		ForwardedTo: "Минздрав, Рострой",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = described(t, c, `{"Id":1,"Deadline":"2026-12-31T00:00:00+03:00","InitialDeadline":"2026-12-01T00:00:00+03:00"}`)
	if got.AnswerBy != (sdk.Date{Year: 2026, Month: 12, Day: 31}) {
		t.Errorf("a deadline after the initial one is no prolongation: %v", got.AnswerBy)
	}
}

func TestWrongTypes(t *testing.T) {
	c := testConnector(t, "ogv")
	for doc, says := range map[string]string{
		`{"Id":1,"ExecutionState":{"a":"secret"}}`:                     "property ExecutionState is no text",
		`{"Id":1,"Questions":{"Id":1}}`:                                "property Questions is no collection",
		`{"Id":1,"Questions":["secret"]}`:                              "property Questions holds a row that is no entity",
		`{"Id":1,"Questions":[{"ReviewResult":true}]}`:                 "property ReviewResult is no text",
		`{"Id":1,"AnswerLetter":"secret"}`:                             "property AnswerLetter is no entity",
		`{"Id":1,"AnswerLetter":{"Name":"x"}}`:                         "property Id is no positive whole number",
		`{"Id":1,"RegistrationDate":"23.11.2026"}`:                     "property RegistrationDate is no date",
		`{"Id":1,"RegistrationDate":"1026-01-01T00:00:00Z"}`:           "property RegistrationDate is no date",
		`{"Id":1,"ProlongationDeadline":[{"NewDeadline":"tomorrow"}]}`: "property NewDeadline is no date",
	} {
		var o object
		if err := json.Unmarshal([]byte(doc), &o); err != nil {
			t.Fatal(err)
		}
		_, err := c.snapshot(o, nil)
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v, want %q", doc, err, says)
		}
	}
}

func TestDates(t *testing.T) {
	kamchatka := time.FixedZone("", 12*60*60)
	for in, want := range map[string]string{
		"2026-11-23T00:00:00+03:00":  "2026-11-23",
		"2026-11-22T12:00:00Z":       "2026-11-23",
		"2026-11-23T00:00:00Z":       "2026-11-23",
		"2026-11-23T00:00:00.0000Z":  "2026-11-23",
		"2026-11-23T00:00:00.0+0300": "2026-11-23",
		"2026-11-22T12:00:00.0+0000": "2026-11-23",
		"2026-11-23":                 "2026-11-23",
		"2026-11-23T00:00:00":        "2026-11-23",
		"2026-11-23 00:00:00":        "",
		"2026-02-30":                 "",
		"2026-11-23T25:00:00":        "",
		"23.11.2026":                 "",
		"1764000000":                 "",
		"2026-11-23T00:00:00+03:00x": "",
	} {
		d, ok := parseDate(in, kamchatka)
		if ok != (want != "") || ok && d.String() != want {
			t.Errorf("%s: got %s, %v; want %q", in, d, ok, want)
		}
	}
}

// TestDaysMarkedAsUTC: where the stand marks local times as UTC their days are those
// that are written.
func TestDaysMarkedAsUTC(t *testing.T) {
	moscow, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	for registered, want := range map[string][2]string{ // as UTC, and as local times
		"2026-11-30T22:00:00Z":      {"2026-12-01", "2026-11-30"},
		"2026-11-30T22:00:00+03:00": {"2026-11-30", "2026-11-30"},
		"2026-11-30T22:00:00":       {"2026-11-30", "2026-11-30"},
		"2026-11-30":                {"2026-11-30", "2026-11-30"},
	} {
		for i, marked := range []*time.Location{nil, moscow} {
			c := testConnector(t, "ogv")
			c.cfg.zone, c.marked = moscow, marked
			got := described(t, c, `{"Id":1,"RegistrationNumber":"13-ОГ","RegistrationDate":"`+registered+`"}`)
			if got.Number.Date.String() != want[i] {
				t.Errorf("%s, marked %v: %s, want %s", registered, marked, got.Number.Date, want[i])
			}
		}
	}
}
