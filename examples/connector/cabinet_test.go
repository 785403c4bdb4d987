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
	for name, text := range map[string]string{"state.json": `{"state":"answered","text":"Починили.","file":"letter.txt"}`, "letter.txt": "Ответ"} {
		if err := os.WriteFile(filepath.Join(dir, "a1", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
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
