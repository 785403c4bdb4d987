package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/connectors"
	"github.com/appealhub/appealhub/hub"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// opened is the connector as the hub opens it, with its time-outs, its HTTP client
// and its guard against panics.
func opened(t *testing.T) (l *link.Link, dir string) {
	dir = t.TempDir()
	cfg := link.Config{Name: "edms", Connector: "cabinet", Options: sdk.Options{"path": dir}}
	l, err := link.Open(t.Context(), cfg, spec(), link.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, dir
}

func TestConfigurationIsValid(t *testing.T) {
	if _, err := hub.LoadValid("hub.yaml", nil, append(connectors.All(), spec())); err != nil {
		t.Error(err)
	}
}

func TestDeliveredOnce(t *testing.T) {
	l, dir := opened(t)
	for _, a := range []sdk.Appeal{{Revision: 1, Text: "Не горит фонарь."}, {Revision: 2, Text: "И второй."}, {Revision: 1, Text: "Не горит фонарь."}} {
		a.ID = "01928f3c-7a10-7b21-8c43-5d6e7f809102"
		r, err := l.DeliverAppeal(t.Context(), a)
		if want := (sdk.Ref{Link: "edms", ID: a.ID}); err != nil || r.Ref != want {
			t.Fatalf("got %v, %v", r, err)
		}
		file := sdk.Attachment{ID: "../1", Name: "фото.jpg", Size: 3, SHA256: "ba7816bf"}
		if _, err := l.DeliverAttachment(t.Context(), r.Ref, file, strings.NewReader("abc")); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "01928f3c-7a10-7b21-8c43-5d6e7f809102", "appeal.json"))
	if err != nil || !strings.Contains(string(text), "И второй.") {
		t.Errorf("the older revision stands: %s, %v", text, err)
	}
	if all, err := filepath.Glob(filepath.Join(dir, "*", "*")); err != nil || len(all) != 2 {
		t.Errorf("the cabinet holds %q, %v", all, err)
	}
}

func TestAnswered(t *testing.T) {
	l, dir := opened(t)
	r, err := l.DeliverAppeal(t.Context(), sdk.Appeal{ID: "a1", Revision: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := l.ReadStatuses(t.Context(), r.Ref); err != nil || len(got) != 0 {
		t.Fatalf("the first state tells %v, %v", got, err)
	}
	write(t, dir, "a1/letter.txt", "Ответ")
	write(t, dir, "a1/state.json", `{"state":"answered","text":"Починили.","file":"letter.txt"}`)
	got, err := l.ReadStatuses(t.Context(), r.Ref)
	if err != nil || len(got) != 1 || got[0].Status != sdk.StatusAnswered || got[0].Validate() != nil {
		t.Fatalf("got %v, %v", got, err)
	}
	body, err := l.OpenAttachment(t.Context(), got[0].Attachments[0])
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if text, err := io.ReadAll(body); err != nil || string(text) != "Ответ" {
		t.Errorf("the file holds %q, %v", text, err)
	}
}

// A second answer, after the applicant asked for another, may lie under the name of
// the first: it is another change and another file.
func TestAnsweredAgainUnderTheSameName(t *testing.T) {
	l, dir := opened(t)
	r, err := l.DeliverAppeal(t.Context(), sdk.Appeal{ID: "a1", Revision: 1})
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "a1/state.json", `{"state":"answered","file":"letter.txt"}`)
	seen := map[string]bool{}
	for _, text := range []string{"Ответ", "Другой", "Другой"} {
		write(t, dir, "a1/letter.txt", text)
		got, err := l.ReadStatuses(t.Context(), r.Ref)
		if err != nil || len(got) != 1 {
			t.Fatalf("got %v, %v", got, err)
		}
		seen[got[0].ID+got[0].Attachments[0].ID] = true
		seen[got[0].Attachments[0].ID] = true
	}
	if len(seen) != 4 {
		t.Errorf("two answers have the ids %v", seen)
	}
}

// One folder that can't be read keeps no other from being told: the hub asks by
// halves after an error that is neither the system's nor its own.
func TestUnreadableState(t *testing.T) {
	for name, text := range map[string]string{"half": `{"state":"answ`, "no file yet": `{"state":"answered","file":"letter.txt"}`} {
		t.Run(name, func(t *testing.T) {
			l, dir := opened(t)
			r, err := l.DeliverAppeal(t.Context(), sdk.Appeal{ID: "a1", Revision: 1})
			if err != nil {
				t.Fatal(err)
			}
			write(t, dir, "a1/state.json", text)
			if got, err := l.ReadStatuses(t.Context(), r.Ref); err == nil || sdk.KindOf(err) != sdk.Invalid {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestKindsOfErrors(t *testing.T) {
	l, dir := opened(t)
	for locator, want := range map[string]sdk.Kind{"a1/gone.txt": sdk.NotFound, "../" + filepath.Base(dir): sdk.Transient} {
		_, err := l.OpenAttachment(t.Context(), sdk.Attachment{Locator: locator})
		if err == nil || sdk.KindOf(err) != want {
			t.Errorf("%s: %v", locator, err)
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := l.Check(t.Context()); err == nil || sdk.KindOf(err) != sdk.Transient {
		t.Errorf("a cabinet that is away: %v", err)
	}
}
