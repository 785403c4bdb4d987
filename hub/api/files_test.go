package api

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"mime"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func TestUploadAndDownload(t *testing.T) {
	w := newWorld(t, nil)
	bytes := strings.Repeat("%PDF", 100_000)
	up := w.do(post, "/api/v1/attachments", bytes, "Content-Type", "application/pdf", "Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "Акт №1.pdf"})).want(201)
	sum := sha256.Sum256([]byte(bytes))
	for path, want := range map[string]any{
		"sha256": hex.EncodeToString(sum[:]), "size": 400000.0, "name": "Акт №1.pdf", "media_type": "application/pdf", "ref.link": "api",
	} {
		if v := up.at(path); v != want {
			t.Errorf("%s is %v, want %v", path, v, want)
		}
	}
	id := w.submit(map[string]any{"attachments": []any{map[string]any{"id": "a1", "name": up.at("name"), "media_type": up.at("media_type"), "ref": up.at("ref")}}})
	down := w.do(get, "/api/v1/appeals/"+id+"/attachments/a1", nil).want(200)
	if string(down.body) != bytes {
		t.Errorf("%d bytes came back", len(down.body))
	}
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "Content-Length": "400000", "X-Content-Type-Options": "nosniff",
		"Content-Disposition": `attachment; filename="___ _1.pdf"; filename*=UTF-8''%D0%90%D0%BA%D1%82%20%E2%84%961.pdf`,
	} {
		if v := down.header.Get(name); v != want {
			t.Errorf("%s: %s, want %s", name, v, want)
		}
	}
	if head := w.do("HEAD", "/api/v1/appeals/"+id+"/attachments/a1", nil).want(200); len(head.body) != 0 {
		t.Error("HEAD has a body")
	}
	w.do(get, "/api/v1/appeals/"+id+"/attachments/a2", nil).problem(404, "not-found")
}

// TestAnswersFile: a file that came with a status is had once its bytes are.
func TestAnswersFile(t *testing.T) {
	w := newWorld(t, nil)
	id := w.submit(nil)
	w.settle("rx", journal.Settlement{As: journal.SettleDone, Receipt: sdk.Receipt{Ref: sdk.Ref{Link: "rx", ID: "17"}}})
	w.do(post, "/in/rx", "Рассмотрен").want(202)
	path := "/api/v1/appeals/" + id + "/attachments/rx:answer"
	w.do(get, path, nil).problem(404, "not-found")
	o, err := w.cfg.Spool.Put(t.Context(), strings.NewReader("ответ"), 0)
	if err != nil {
		t.Fatal(err)
	}
	w.settle("rx", journal.Settlement{As: journal.SettleDone, File: &sdk.Attachment{ID: "rx:answer", SHA256: o.SHA256, Size: o.Size}})
	if got := w.do(get, path, nil).want(200); string(got.body) != "ответ" || got.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("%s %q", got.header, got.body)
	}
}

// TestEarlierRevisionsFile: a file that the source has left out since is had
// still: the trail tells of it.
func TestEarlierRevisionsFile(t *testing.T) {
	w := newWorld(t, nil)
	o, err := w.cfg.Spool.Put(t.Context(), strings.NewReader("фото"), 0)
	if err != nil {
		t.Fatal(err)
	}
	photo := sdk.Attachment{ID: "photo", Name: "фото.jpg", MediaType: "image/jpeg", SHA256: o.SHA256, Size: o.Size}
	var id string
	for version, files := range [][]sdk.Attachment{{photo}, nil} {
		a := &sdk.Appeal{Ref: sdk.Ref{Link: "mail", ID: "1"}, Version: strconv.Itoa(version), Kind: sdk.KindMessage, Attachments: files}
		results, err := w.journal.Append(t.Context(), journal.Batch{Entries: []journal.Entry{{At: w.clock.Now(), Link: "mail", Appeal: a}}})
		if err != nil {
			t.Fatal(err)
		}
		id = results[0].Appeal
	}
	got := w.do(get, "/api/v1/appeals/"+id+"/attachments/photo", nil).want(200)
	if string(got.body) != "фото" || got.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%s %q", got.header, got.body)
	}
}

// TestSpoiledFile never comes in its full length.
func TestSpoiledFile(t *testing.T) {
	w := newWorld(t, nil)
	up := w.do(post, "/api/v1/attachments", "first").want(201)
	id := w.submit(map[string]any{"attachments": []any{map[string]any{"id": "a1", "ref": up.at("ref")}}})
	var stored string
	err := filepath.WalkDir(w.spoolDir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Base(path) == up.at("sha256") {
			stored = path
		}
		return err
	})
	if err != nil || stored == "" {
		t.Fatal("no file in the spool", err)
	}
	if err := os.WriteFile(stored, []byte("fIrst"), 0o600); err != nil {
		t.Fatal(err)
	}
	resp, err := w.server.Client().Get(w.server.URL + "/api/v1/appeals/" + id + "/attachments/a1")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, err := io.ReadAll(resp.Body); err == nil {
		t.Errorf("%q came without an error", got)
	}
	if err := os.Remove(stored); err != nil {
		t.Fatal(err)
	}
	w.do(get, "/api/v1/appeals/"+id+"/attachments/a1", nil).problem(500, "internal")
}

func TestBadUploads(t *testing.T) {
	w := newWorld(t, nil)
	for name, c := range map[string]struct {
		header []string
		body   string
		status int
		code   string
	}{
		"path":          {header: []string{"Content-Disposition", `attachment; filename="../../etc/passwd"`}, status: 422, code: "invalid"},
		"encoded path":  {header: []string{"Content-Disposition", `attachment; filename*=UTF-8''..%2Fx`}, status: 422, code: "invalid"},
		"Windows path":  {header: []string{"Content-Disposition", `attachment; filename*=UTF-8''C%3A%5Cx`}, status: 422, code: "invalid"},
		"invalid UTF-8": {header: []string{"Content-Disposition", `attachment; filename*=UTF-8''%FF`}, status: 422, code: "invalid"},
		"long name":     {header: []string{"Content-Disposition", `attachment; filename="` + strings.Repeat("n", 256) + `"`}, status: 422, code: "invalid"},
		"no form":       {header: []string{"Content-Disposition", `attachment; filename`}, status: 400, code: "bad-request"},
		"compressed":    {header: []string{"Content-Encoding", "gzip"}, status: 415, code: "media-type"},
		"media type":    {header: []string{"Content-Type", "pdf"}, status: 415, code: "media-type"},
		"too large":     {body: strings.Repeat("x", 1<<20+1), status: 413, code: "too-large"},
	} {
		t.Run(name, func(t *testing.T) { w.do(post, "/api/v1/attachments", c.body, c.header...).problem(c.status, c.code) })
	}
	r := httptest.NewRequest(post, "http://localhost/api/v1/attachments", io.MultiReader(strings.NewReader("half"), errReader{}))
	got := httptest.NewRecorder()
	if w.handler.ServeHTTP(got, r); got.Code != 400 {
		t.Errorf("a sender that hangs up: status %d", got.Code)
	}
}

func TestDisposition(t *testing.T) {
	for name, want := range map[string]string{
		"a.pdf":        `attachment; filename="a.pdf"; filename*=UTF-8''a.pdf`,
		"Ё.pdf":        `attachment; filename="_.pdf"; filename*=UTF-8''%D0%81.pdf`,
		`a"b\c%.txt`:   `attachment; filename="c_.txt"; filename*=UTF-8''c%25.txt`,
		"../../passwd": `attachment; filename="passwd"; filename*=UTF-8''passwd`,
		"a\r\nB: c":    `attachment; filename="aB: c"; filename*=UTF-8''aB%3A%20c`,
		"..":           `attachment; filename="file"; filename*=UTF-8''file`,
		"":             `attachment; filename="file"; filename*=UTF-8''file`,
		"x\u202efdp.":  `attachment; filename="xfdp."; filename*=UTF-8''xfdp.`,
		"a\xffb":       `attachment; filename="a_b"; filename*=UTF-8''a_b`,
		`say "hi".txt`: `attachment; filename="say _hi_.txt"; filename*=UTF-8''say%20%22hi%22.txt`,
	} {
		got := disposition(name)
		if got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
		if _, params, err := mime.ParseMediaType(got); err != nil || params["filename"] == "" {
			t.Errorf("%q: %v %v", name, params, err)
		}
	}
}
