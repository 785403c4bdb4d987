package cli

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// evil has a terminal clear itself, by an escape and by a control character of eight
// bits, turns what follows round and hides a tag.
const evil = "a\x1b[2J\u009b2Jb\u202ec\U000e0041"

// TestTerminal: what other systems say goes to the operator's terminal without what
// that would obey, whatever the command and the form of output; JSON says the same.
func TestTerminal(t *testing.T) {
	answers := map[string]any{
		"/api/v1/parked/replay":       map[string]any{"parked": []int{}, "refused": []any{map[string]any{"parked": 7, "why": evil}}},
		"/api/v1/appeals/7":           map[string]any{"id": "7", "appeal": map[string]any{"text": evil}},
		"/api/v1/appeals/8/deadlines": map[string]any{"text": "one\ntwo " + evil},
	}
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer, known := answers[r.URL.Path]
		if !known {
			w.WriteHeader(http.StatusUnprocessableEntity)
			answer = map[string]any{"title": "No", "status": 422, "detail": evil, "problems": []any{map[string]any{"path": "/" + evil, "why": "is wrong"}}}
		}
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
	defer hub.Close()
	for command, want := range map[string]string{
		"dlq replay --parked 7":        "7: a[2J2Jbc\n",
		"appeal get 7 -o json":         `"text": "a\u001b[2J\u009b2Jb\u202ec\udb40\udc41"`,
		"deadline explain 8":           "one\ntwo a[2J2Jbc\n",
		"link pause rx":                "/a[2J2Jbc is wrong",
		"appeal get 7":                 "id            7\n",
		"dlq replay --parked 7 -ojson": `"why": "a\u001b[2J`,
	} {
		var out bytes.Buffer
		a := &app{out: &out, errors: &out, in: strings.NewReader(""), env: map[string]string{"HUB_API_URL": hub.URL}}
		root := a.root()
		root.SetArgs(strings.Fields(command))
		if err := root.ExecuteContext(t.Context()); a.report(err) == exitUsage {
			t.Errorf("%s: %v", command, err)
		}
		if s := out.String(); !strings.Contains(s, want) || strings.IndexFunc(s, obeyed) >= 0 {
			t.Errorf("%s: %q", command, s)
		}
	}
}

// TestTerminalOfFiles: so does what stands in files of others.
func TestTerminalOfFiles(t *testing.T) {
	dir := t.TempDir()
	const bad = `"a\x1b[2J\u009b2Jb"`
	for name, text := range map[string]string{
		"year.yaml":  "format: appealhub/calendar/v1\nname: x\nover: ru\nyears:\n  2026: {provisional: " + bad + "}\n",
		"rules.yaml": "format: appealhub/deadline-rules/v1\nset: x\nversion: 1\nextends: [ru-59fz, ru-pos]\nrules: [{id: 59fz-answer, note: " + bad + "}]\n",
		"many.csv":   "id,received\na\u009b2Jb,2025-12-01\na\u009b2Jb,never\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for command, want := range map[string]string{
		"calendar show 2026 --calendar year.yaml":                     "PROVISIONAL: a[2J2Jb\n",
		"calendar check year.yaml":                                    "PROVISIONAL: a[2J2Jb\n",
		"deadline compute --received 2025-12-01 --rules rules.yaml":   "a[2J2Jb",
		"deadline compute --received 2026-02-02 --calendar year.yaml": "a[2J2Jb",
		"deadline compute --input many.csv":                           "a2Jb",
		"deadline compute --input many.csv -o json":                   `"id":"a\u009b2Jb"`,
	} {
		var out bytes.Buffer
		a := &app{out: &out, errors: &out, in: strings.NewReader("")}
		root := a.root()
		args := strings.Fields(command)
		for i := range args {
			if strings.Contains(args[i], ".") {
				args[i] = filepath.Join(dir, args[i])
			}
		}
		root.SetArgs(args)
		if err := root.ExecuteContext(t.Context()); a.report(err) == exitUsage {
			t.Errorf("%s: %v", command, err)
		}
		if s := out.String(); !strings.Contains(s, want) || strings.IndexFunc(s, obeyed) >= 0 {
			t.Errorf("%s: %q", command, s)
		}
	}
}

// TestEscapedJSON: what is escaped means the same.
func TestEscapedJSON(t *testing.T) {
	var out bytes.Buffer
	if err := (&app{out: &out}).json(map[string]string{"text": evil + "\n\u00ad\u2028ё"}); err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got["text"] != evil+"\n\u00ad\u2028ё" {
		t.Errorf("%q, %v", got, err)
	}
}
