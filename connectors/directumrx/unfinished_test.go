package directumrx_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// TestUnfinished: a document that is done and lacks what its status rests on is in
// work for a while, then parked with what is missing, and told once that comes.
func TestUnfinished(t *testing.T) {
	const modified = `"Modified":"2026-11-27T12:00:00+03:00",`
	for name, test := range map[string]struct {
		doc, finished, label string
	}{
		"no letter": {
			modified + `"ExecutionState":"Executed"`, `"ExecutionState":"Executed","AnswerLetter":` + letterNine, "Executed, but it has no answer letter",
		},
		"no letter, no result": {
			modified + `"ExecutionState":"Executed","Questions":[{"Id":1}]`, `"ExecutionState":"Executed","AnswerLetter":` + letterNine, "Executed, but it has no answer letter",
		},
		"a draft": {
			modified + `"ExecutionState":"Executed","AnswerLetter":{"Id":9,"LifeCycleState":"Draft","RegistrationState":"NotRegistered"}`, `"ExecutionState":"Executed","AnswerLetter":` + letterNine, "Executed, but its answer letter is a draft",
		},
		"under review": {
			modified + `"ExecutionState":"Executed","Questions":[{"Id":1,"ReviewResult":"Active"}],"AnswerLetter":{"Id":9}`,
			`"ExecutionState":"Executed","Questions":[{"Id":1,"ReviewResult":"Explained"}],"AnswerLetter":` + letterNine, "Executed, but a question of it is still open",
		},
		"without a time": {
			`"ExecutionState":"Executed"`, `"ExecutionState":"Executed","AnswerLetter":` + letterNine, "Executed, but it has no answer letter",
		},
		"an unreadable time": {
			`"Modified":"yesterday","ExecutionState":"Executed"`, `"ExecutionState":"Executed","AnswerLetter":` + letterNine, "Executed, but it has no answer letter",
		},
	} {
		t.Run(name, func(t *testing.T) {
			now, doc := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC), test.doc
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "IOutgoingLetters") {
					_, _ = io.WriteString(w, `{"Versions":[{"Id":3,"Number":1}]}`)
					return
				}
				_, _ = io.WriteString(w, `{"value":[{"Id":5,"RegistrationNumber":"13-ОГ",`+doc+`}]}`)
			}))
			t.Cleanup(server.Close)
			c := openAt(t, func() time.Time { return now }, options(server.URL), http.DefaultClient)
			ref := sdk.Ref{Link: "rx", ID: "5"}
			inWork := func() {
				t.Helper()
				if got := present(t, c, ref); got.Status != sdk.StatusInWork || got.External.Code != "Executed" {
					t.Errorf("%s: told %+v", now, got)
				}
			}
			inWork()
			now = now.Add(72*time.Hour - time.Second)
			inWork()
			now = now.Add(time.Second)
			got := present(t, c, ref)
			if !got.Unmapped() || got.External != (sdk.External{Code: "unfinished", Label: test.label}) || len(got.Attachments) > 0 || got.Number.Value != "13-ОГ" {
				t.Errorf("told %+v", got)
			}
			now = now.Add(time.Hour)
			if again := present(t, c, ref); again.ID != got.ID {
				t.Errorf("the same is told as other news: %+v", again)
			}
			doc = test.finished
			if got := present(t, c, ref); got.Status != sdk.StatusAnswered || got.Answer.Value != "И-1" {
				t.Errorf("finished: told %+v", got)
			}
			doc = `"ExecutionState":"OnExecution"`
			if got := present(t, c, ref); got.Status != sdk.StatusInWork || got.External.Code != "OnExecution" {
				t.Errorf("reopened: told %+v", got)
			}
			doc = `"ExecutionState":"Executed"`
			inWork() // it counts anew
		})
	}
}

// TestUnfinishedNever: a profile may say that nobody is told, and after how long.
func TestUnfinishedNever(t *testing.T) {
	raw, err := os.ReadFile("profiles/ogv.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for rule, want := range map[string]sdk.Status{
		"unfinished: {after: 0s, since: Modified}":  sdk.StatusInWork,
		"unfinished: {after: 90h, since: Modified}": sdk.StatusInWork,
		"unfinished: {after: 80h, since: Modified}": "",
		"unfinished: {since: Modified}":             "",               // 72h
		"":                                          sdk.StatusInWork, // 72h from now
	} {
		file := filepath.Join(t.TempDir(), "profile.yaml")
		if err := os.WriteFile(file, []byte(strings.Replace(string(raw), "unfinished: {after: 72h, since: Modified}", rule, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"value":[{"Id":5,"ExecutionState":"Executed","Modified":"2026-11-27T12:00:00.000+0300"}]}`)
		}))
		t.Cleanup(server.Close)
		now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC).Add(85 * time.Hour)
		c := openAt(t, func() time.Time { return now }, options(server.URL, "profile", file), http.DefaultClient)
		if got := present(t, c, sdk.Ref{Link: "rx", ID: "5"}); got.Status != want {
			t.Errorf("%s: told %+v", rule, got)
		}
	}
}
