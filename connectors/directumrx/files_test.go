package directumrx_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/appealhub/appealhub/connectors/directumrx"
	"github.com/appealhub/appealhub/sdk"
)

func TestDeliverAttachment(t *testing.T) {
	s := startStand(t)
	c := connect(t, s)
	ref := deliver(t, c, appeal())
	for _, a := range []sdk.Attachment{
		{ID: "a1: b", Name: "акт"}, // an id that begins like another and holds the separator
		{ID: "a1", Name: "Фото двора.JPG", Size: 6},
		{ID: "a2", MediaType: "application/pdf"},
		{ID: "a3", Name: "модель.blend"}, // no application opens it
	} {
		for range 2 { // the second time changes nothing
			deliverFile(t, c, ref, a, "bytes1")
		}
	}
	doc := s.only("IRequests")
	var got []string
	for _, v := range doc.Versions[1:] {
		got = append(got, fmt.Sprintf("%d %s | %s | %s | %d", v.Number, v.Note, v.Extension, v.Content, v.Writes))
	}
	want := []string{
		"2 appealhub file a1%3A+b: акт | txt | bytes1 | 1",
		"3 appealhub file a1: Фото двора.JPG | jpg | bytes1 | 1",
		"4 appealhub file a2 | pdf | bytes1 | 1",
		"5 appealhub file a3: модель.blend | txt | bytes1 | 1",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("versions:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestAttachmentInterrupted breaks each request of an upload in each way: the
// retry makes no second version and leaves a whole body.
// TestVersionsUnderCommonSet meets a stand that has versions under the common set
// only.
func TestVersionsUnderCommonSet(t *testing.T) {
	var made []string
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/Integration/odata/")
		switch {
		case strings.HasPrefix(path, "IRequests(7)"):
			w.WriteHeader(404)
		case r.Method == http.MethodPost:
			made = append(made, path)
			_, _ = io.WriteString(w, `{"Id":70}`)
		case path == "IElectronicDocuments(7)":
			_, _ = io.WriteString(w, `{"Id":7,"Versions":[]}`)
		default:
			_, _ = io.WriteString(w, `{"value":[]}`)
		}
	})
	deliverFile(t, c, sdk.Ref{Link: "rx", ID: "7"}, sdk.Attachment{ID: "a", Name: "a.txt", Size: 1}, "x")
	if got := strings.Join(made, " "); got != "IElectronicDocuments(7)/Versions IElectronicDocuments(7)/Versions(70)/Body" {
		t.Error(got)
	}
}

func TestAttachmentInterrupted(t *testing.T) {
	for _, request := range []struct{ method, path string }{
		{"GET", "/Integration/odata/IRequests(*"},
		{"GET", "/Integration/odata/IAssociatedApplications"},
		{"POST", "/Integration/odata/IRequests(*/Versions"},
		{"POST", "/Integration/odata/IElectronicDocuments(*"},
	} {
		for _, fault := range []string{`"drop_before"`, `"drop_after"`, `"truncate"`, `"html"`, `"status","status":500`} {
			if strings.HasSuffix(request.path, "Documents(*") && fault == `"truncate"` {
				continue // an answer without a body can't be cut
			}
			t.Run(request.method+" "+request.path+" "+fault, func(t *testing.T) {
				s := startStand(t)
				c := connect(t, s)
				ref := deliver(t, c, appeal())
				s.fault(fmt.Sprintf(`{"method":%q,"path":%q,"times":1,"fault":%s}`, request.method, request.path, fault))
				a := sdk.Attachment{ID: "a1", Name: "фото.png", Size: 5}
				_, err := c.DeliverAttachment(t.Context(), ref, a, strings.NewReader("bytes"))
				wantKind(t, err, sdk.Transient, "")
				deliverFile(t, c, ref, a, "bytes")
				doc := s.only("IRequests")
				if len(doc.Versions) != 2 || string(doc.Versions[1].Content) != "bytes" {
					t.Errorf("versions %+v", doc.Versions)
				}
			})
		}
	}
}

func TestAttachmentErrors(t *testing.T) {
	s := startStand(t)
	c := connect(t, s)
	ref := deliver(t, c, appeal())
	for name, test := range map[string]struct {
		to   sdk.Ref
		a    sdk.Attachment
		body io.Reader
		kind sdk.Kind
		says string
	}{
		"document is gone": {sdk.Ref{Link: "rx", ID: "99999"}, sdk.Attachment{ID: "a"}, strings.NewReader("x"), sdk.NotFound, "read versions"},
		"no document":      {sdk.Ref{Link: "rx", ID: "abc"}, sdk.Attachment{ID: "a"}, strings.NewReader("x"), sdk.Invalid, "no id of a document"},
		"no id":            {ref, sdk.Attachment{}, strings.NewReader("x"), sdk.Invalid, "the file has no id"},
		"too short":        {ref, sdk.Attachment{ID: "b", Size: 5}, strings.NewReader("x"), sdk.Transient, "file can't be read: it has other than the 5 bytes announced"},
		"unreadable":       {ref, sdk.Attachment{ID: "c", Size: 5}, iotest.ErrReader(io.ErrClosedPipe), sdk.Transient, "file can't be read"},
	} {
		_, err := c.DeliverAttachment(t.Context(), test.to, test.a, test.body)
		t.Run(name, func(t *testing.T) { wantKind(t, err, test.kind, test.says) })
	}
	deliverFile(t, c, ref, sdk.Attachment{ID: "b", Size: 5}, "whole")
	doc := s.only("IRequests")
	if len(doc.Versions) != 3 || string(doc.Versions[1].Content)+string(doc.Versions[2].Content) != "whole" {
		t.Errorf("versions %+v", doc.Versions)
	}
}

// endless makes n bytes and remembers the most memory that was in use.
type endless struct {
	n    int64
	read int64
	peak uint64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.n == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.n))
	clear(p[:n])
	e.n -= int64(n)
	e.read += int64(n)
	if e.read%(16<<20) < int64(n) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		e.peak = max(e.peak, m.HeapAlloc)
	}
	return n, nil
}

func TestLargeFileIsNotHeld(t *testing.T) {
	const size = 200 << 20
	arrived := int64(0)
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/Body"):
			if arrived, _ = io.Copy(io.Discard, r.Body); arrived != r.ContentLength {
				t.Errorf("%d bytes arrived, %d were announced", arrived, r.ContentLength)
			}
			w.WriteHeader(http.StatusNoContent)
		case r.Method == http.MethodPost:
			_, _ = io.WriteString(w, `{"Id":7}`)
		default:
			_, _ = io.WriteString(w, `{"value":[],"Versions":[]}`)
		}
	})
	body := &endless{n: size}
	if _, err := c.DeliverAttachment(t.Context(), sdk.Ref{Link: "rx", ID: "5"}, sdk.Attachment{ID: "a", Name: "a.mp4", Size: size}, body); err != nil {
		t.Fatal(err)
	}
	if arrived < size*4/3 || body.peak > 64<<20 {
		t.Errorf("%d bytes arrived, %d MiB of heap were in use", arrived, body.peak>>20)
	}
}

func answered(t *testing.T, s *stand, c *directumrx.Connector, steps string) (sdk.Ref, *sdk.StatusChange) {
	t.Helper()
	ref := deliver(t, c, appeal())
	s.act(ref.ID, steps)
	change := present(t, c, ref)
	if change == nil {
		t.Fatal("nothing is told")
	}
	return ref, change
}

func TestOpenAttachment(t *testing.T) {
	s := startStand(t)
	c := connect(t, s)
	_, change := answered(t, s, c, `{"do":"take"},{"do":"answer","file":{"name":"Ответ.pdf","size":3000000}}`)
	if len(change.Attachments) != 1 {
		t.Fatalf("attachments %+v", change.Attachments)
	}
	a := change.Attachments[0]
	if !strings.HasSuffix(a.Name, ".pdf") || a.MediaType != "application/pdf" || !strings.HasPrefix(a.Locator, "IElectronicDocuments(") {
		t.Errorf("attachment %+v", a)
	}
	f, err := c.OpenAttachment(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	digest := sha256.New()
	n, err := io.Copy(digest, f)
	letter := s.only("IOutgoingLetters").Versions[0]
	if err != nil || n != 3000000 || hex.EncodeToString(digest.Sum(nil)) != letter.SHA256 {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestOpenAttachmentForms(t *testing.T) {
	const value = "/Integration/odata/IElectronicDocuments(1)/Versions(2)/Body/$value"
	const wrapped = "/Integration/odata/IElectronicDocuments(1)/Versions(2)/Body"
	type answers map[string]func(http.ResponseWriter)
	status := func(code int) func(http.ResponseWriter) { return func(w http.ResponseWriter) { w.WriteHeader(code) } }
	body := func(kind, text string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", kind)
			_, _ = io.WriteString(w, text)
		}
	}
	for name, test := range map[string]struct {
		answers answers
		want    string
		kind    sdk.Kind
		named   string
	}{
		"raw":             {answers{value: body("application/octet-stream", "%PDF-1.7 x")}, "%PDF-1.7 x", "", "Ответ 5-ОГ.pdf application/pdf"},
		"base64":          {answers{value: status(404), wrapped: body("application/json", `{"@odata.context":"x","Value":"0JTQsA=="}`)}, "Да", "", "Ответ 5-ОГ.txt text/plain"},
		"value fails":     {answers{value: status(500), wrapped: body("application/json;odata.metadata=minimal", `{"value":"0JTQsA=="}`)}, "Да", "", "Ответ 5-ОГ.txt text/plain"},
		"wrapped value":   {answers{value: body("application/json", `{"Value":"0JTQsA=="}`)}, "Да", "", "Ответ 5-ОГ.txt text/plain"},
		"gone":            {answers{value: status(404), wrapped: status(404)}, "", sdk.NotFound, ""},
		"both fail":       {answers{value: status(500), wrapped: status(404)}, "", sdk.Transient, ""},
		"no body":         {answers{value: status(204)}, "", sdk.NotFound, ""},
		"null":            {answers{value: status(405), wrapped: body("application/json", `{"Value":null}`)}, "", sdk.NotFound, ""},
		"HTML":            {answers{value: body("text/html", "<p>works</p>")}, "", sdk.Transient, ""},
		"denied":          {answers{value: status(403)}, "", sdk.Denied, ""},
		"throttled":       {answers{value: status(429)}, "", sdk.Throttled, ""},
		"JSON without it": {answers{value: body("application/json", `{"Id":1}`)}, "", sdk.Invalid, ""},
		"no base64":       {answers{value: status(404), wrapped: body("application/json", `{"Value":"???"}`)}, "", sdk.Invalid, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := wire(t, func(w http.ResponseWriter, r *http.Request) {
				if answer := test.answers[r.URL.Path]; answer != nil {
					answer(w)
					return
				}
				t.Errorf("asked for %s", r.URL.Path)
				w.WriteHeader(404)
			})
			f, err := c.OpenAttachment(t.Context(), sdk.Attachment{ID: "x", Name: "Ответ 5-ОГ", Locator: "IElectronicDocuments(1)/Versions(2)"})
			if test.kind != "" {
				wantKind(t, err, test.kind, "open attachment")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			got, err := io.ReadAll(f)
			if err != nil || string(got) != test.want {
				t.Errorf("got %q, %v", got, err)
			}
			called, mediaType := f.(sdk.Named).AttachmentName()
			if called+" "+mediaType != test.named {
				t.Errorf("named %q %q", called, mediaType)
			}
		})
	}
	c := wire(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was made") })
	for _, locator := range []string{"", "IElectronicDocuments(1)", "../x(1)/Versions(2)", "http://evil.example/IElectronicDocuments(1)/Versions(2)", "I(1)/Versions(2)?x", "I(1)/Versions(2)/.."} {
		_, err := c.OpenAttachment(t.Context(), sdk.Attachment{Locator: locator})
		wantKind(t, err, sdk.Invalid, "locator")
	}
}

// TestCancelledUpload takes the reader back at once.
func TestCancelledUpload(t *testing.T) {
	s := startStand(t)
	c := connect(t, s)
	ref := deliver(t, c, appeal())
	s.fault(`{"method":"POST","path":"/Integration/odata/IElectronicDocuments(*","times":1,"fault":"delay_after","delay":"20s"}`)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err := c.DeliverAttachment(ctx, ref, sdk.Attachment{ID: "a", Name: "a.txt"}, strings.NewReader("x"))
	wantKind(t, err, sdk.Transient, "")
	deliverFile(t, c, ref, sdk.Attachment{ID: "a", Name: "a.txt"}, "x")
	if doc := s.only("IRequests"); len(doc.Versions) != 2 || string(doc.Versions[1].Content) != "x" {
		t.Errorf("versions %+v", doc.Versions)
	}
}

// TestBodiesTellTheirLength: not every server takes a body whose length it isn't
// told, and an empty file has one too.
func TestBodiesTellTheirLength(t *testing.T) {
	for name, test := range map[string]struct {
		content string
		size    int64
		want    int64
	}{"announced": {"file", 4, 20}, "not announced": {"file", 0, -1}, "empty": {"", 0, 12}} {
		t.Run(name, func(t *testing.T) {
			told := int64(0)
			c := wire(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/Body") {
					told = r.ContentLength
				}
				_, _ = io.WriteString(w, `{"Id":9,"value":[],"Versions":[]}`)
			})
			if _, err := c.DeliverAttachment(t.Context(), sdk.Ref{Link: "rx", ID: "5"}, sdk.Attachment{ID: "f1", Name: "a.pdf", Size: test.size}, strings.NewReader(test.content)); err != nil {
				t.Fatal(err)
			}
			if told != test.want {
				t.Errorf("length %d, want %d", told, test.want)
			}
		})
	}
}

// TestForbiddenParts: what is refused says of which document and part.
func TestForbiddenParts(t *testing.T) {
	const version = `{"Id":3,"Number":1,"Note":"appealhub file a"}`
	for says, test := range map[string]struct{ method, path, versions string }{
		"read versions of document 126: HTTP 403":                  {"GET", "/IRequests(126)", ""},
		"create version of document 126: HTTP 403":                 {"POST", "/IRequests(126)/Versions", ""},
		"upload body of version 3 of document 126: HTTP 403":       {"POST", "/Versions(3)/Body", ""},
		"look for the body of version 3 of document 126: HTTP 403": {"GET", "/Versions(3)/Body/$value", version},
	} {
		c := wire(t, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == test.method && strings.HasSuffix(r.URL.Path, test.path):
				w.WriteHeader(http.StatusForbidden)
			case r.Method == http.MethodPost:
				_, _ = io.WriteString(w, version)
			case strings.HasSuffix(r.URL.Path, "/IRequests(126)"):
				_, _ = io.WriteString(w, `{"Versions":[`+test.versions+`]}`)
			default:
				_, _ = io.WriteString(w, `{"value":[]}`)
			}
		})
		_, err := c.DeliverAttachment(t.Context(), sdk.Ref{Link: "rx", ID: "126"}, sdk.Attachment{ID: "a", Size: 1}, strings.NewReader("x"))
		wantKind(t, err, sdk.Denied, says)
	}
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPatch:
			w.WriteHeader(http.StatusForbidden)
		case strings.HasSuffix(r.URL.Path, "/IRequests"):
			_, _ = io.WriteString(w, `{"value":[{"Id":126}]}`)
		case r.Method == http.MethodPost || strings.HasSuffix(r.URL.Path, "/IRequests(126)"):
			_, _ = io.WriteString(w, `{"Id":3,"Versions":[{"Id":3,"Note":"appealhub text r1"}],"Questions":[]}`)
		default:
			_, _ = io.WriteString(w, `{"value":[]}`)
		}
	})
	a := appeal()
	a.Revision = 2
	_, err := c.DeliverAppeal(t.Context(), a)
	wantKind(t, err, sdk.Denied, "update document 126: HTTP 403")
	c = wire(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	_, err = c.OpenAttachment(t.Context(), sdk.Attachment{ID: "a", Locator: "IElectronicDocuments(9)/Versions(3)"})
	wantKind(t, err, sdk.Denied, "open attachment IElectronicDocuments(9)/Versions(3): HTTP 403")
}
