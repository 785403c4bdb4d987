package pos_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/connectors/pos"
	"github.com/appealhub/appealhub/connectors/pos/possim"
	"github.com/appealhub/appealhub/sdk"
)

func hexOf(sum [32]byte) string { return hex.EncodeToString(sum[:]) }

// withFiles is a platform with one item that carries files.
func withFiles(t *testing.T, files string) (*portal, *pos.Connector, sdk.Appeal) {
	t.Helper()
	p := startPortal(t, possim.Config{})
	p.control("POST", "items", `{"item":{"id":7,"description":"x","applicant":{"surname":"x"}},"files":`+files+`}`, nil)
	c := connect(t, p)
	return p, c, fetchOne(t, c)
}

func TestAttachmentNames(t *testing.T) {
	_, c, a := withFiles(t, `[
		{"name":"Фото двора; 1.jpg","media_type":"image/jpeg","content_text":"привет"},
		{"name":"x","disposition":"attachment; filename=\"../../etc/passwd\"","content_text":"привет"},
		{"name":"x","disposition":"attachment","content":"0L/RgNC40LLQtdGC"}]`)
	for i, want := range []string{"Фото двора; 1.jpg image/jpeg", "passwd application/octet-stream", " application/octet-stream"} {
		body, err := c.OpenAttachment(t.Context(), a.Attachments[i])
		if err != nil {
			t.Fatal(err)
		}
		name, mediaType := body.(sdk.Named).AttachmentName()
		content, err := io.ReadAll(body)
		if err != nil || string(content) != "привет" {
			t.Errorf("%q, %v", content, err)
		}
		if got := name + " " + mediaType; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if err := body.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestHTMLFile: a page that bears a file's name is the applicant's file.
func TestHTMLFile(t *testing.T) {
	_, c, a := withFiles(t, `[{"name":"Письмо.html","media_type":"text/html","content_text":"<p>привет"}]`)
	body, err := c.OpenAttachment(t.Context(), a.Attachments[0])
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if content, err := io.ReadAll(body); err != nil || string(content) != "<p>привет" {
		t.Errorf("%q, %v", content, err)
	}
}

func TestAttachmentFailures(t *testing.T) {
	p, c, a := withFiles(t, `[{"name":"a","gone":true},{"name":"b","content_text":"привет"},{"name":"c","disposition":"attachment; filename=\"Иванов\u0000.txt\""}]`)
	_, err := c.OpenAttachment(t.Context(), a.Attachments[0])
	wantKind(t, err, sdk.NotFound, "open attachment: HTTP 404")
	_, err = c.OpenAttachment(t.Context(), a.Attachments[2])
	wantKind(t, err, sdk.Invalid, "open attachment: answer's header is not HTTP's")
	p.control("POST", "tokens/revoke", nil, nil)
	body, err := c.OpenAttachment(t.Context(), a.Attachments[1])
	if err != nil {
		t.Fatalf("after the tokens were revoked: %v", err)
	}
	body.Close()
	p.fault(`{"fault":"html","path":"/file-storage-service","times":1}`)
	_, err = c.OpenAttachment(t.Context(), a.Attachments[1])
	wantKind(t, err, sdk.Transient, "an HTML page instead of a file")
	p.fault(`{"fault":"redirect","location":"http://evil.example/f","path":"/file-storage-service","times":1}`)
	_, err = c.OpenAttachment(t.Context(), a.Attachments[1])
	wantKind(t, err, sdk.Transient, "redirect")
	p.fault(`{"fault":"truncate","path":"/file-storage-service","times":1}`)
	body, err = c.OpenAttachment(t.Context(), a.Attachments[1])
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if _, err := io.ReadAll(body); !errors.Is(err, io.ErrUnexpectedEOF) || sdk.KindOf(err) != sdk.Transient {
		t.Errorf("half a file: %v", err)
	}
}

// TestTokenStaysHome: a file on another host is not asked for, so that its host
// never sees the platform's token.
func TestTokenStaysHome(t *testing.T) {
	strangers := 0
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers++ }))
	defer stranger.Close()
	p := startPortal(t, possim.Config{})
	c := connect(t, p)
	for locator, says := range map[string]string{
		stranger.URL + "/f":                                          "another host",
		"//other.example/f":                                          "another host",
		strings.Replace(p.url, "http", "ftp", 1) + "/f":              "not a plain http",
		"http://user@" + strings.TrimPrefix(p.url, "http://") + "/f": "not a plain http",
		"http://[bad":                                                "no readable URL",
		"":                                                           "no readable URL",
		"javascript:x()":                                             "not a plain http",
	} {
		kind := sdk.Rejected
		if says == "another host" { // until the option names it
			kind = sdk.Unsupported
		}
		_, err := c.OpenAttachment(t.Context(), sdk.Attachment{Locator: locator})
		wantKind(t, err, kind, says)
	}
	if strangers != 0 || p.requests("", "/") != 0 {
		t.Error("somebody was asked")
	}
	secure := open(t, options("https://pos.example.test"), time.Now)
	_, err := secure.OpenAttachment(t.Context(), sdk.Attachment{Locator: "http://pos.example.test/f"})
	wantKind(t, err, sdk.Rejected, "encrypted")
}

// TestOtherFileHosts: this machine by another name, and hosts that the option
// names, are given the token.
func TestOtherFileHosts(t *testing.T) {
	var seen []string
	stranger := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.URL.Path+" "+r.Header.Get("Authorization"))
	}))
	defer stranger.Close()
	p := startPortal(t, possim.Config{})
	_, port, _ := strings.Cut(strings.TrimPrefix(p.url, "http://"), ":")
	p.control("POST", "items", `{"item":{"id":7,"description":"x","applicant":{"surname":"x"}},"files":[{"name":"a","content_text":"привет"}]}`, nil)
	o := options(p.url)
	o["file_hosts"] = "files.example.test:8443, " + strings.TrimPrefix(stranger.URL, "http://")
	c := open(t, o, time.Now)
	own := fetchOne(t, c).Attachments[0].Locator
	for _, locator := range []string{strings.Replace(own, "127.0.0.1", "localhost", 1), stranger.URL + "/f"} {
		body, err := c.OpenAttachment(t.Context(), sdk.Attachment{Locator: locator})
		if err != nil {
			t.Fatalf("%s: %v", locator, err)
		}
		body.Close()
	}
	if len(seen) != 1 || !strings.HasPrefix(seen[0], "/f Bearer ") {
		t.Errorf("the named host saw %q", seen)
	}
	for _, locator := range []string{"http://localhost:1/f", "http://files.example.test/f", "http://localhost.example.test:" + port + "/f"} {
		_, err := c.OpenAttachment(t.Context(), sdk.Attachment{Locator: locator})
		wantKind(t, err, sdk.Unsupported, "another host")
	}
}

// TestFileQuery: blanks and other letters in a URL's query reach the platform, what is
// escaped there stays so.
func TestFileQuery(t *testing.T) {
	var seen []string
	stranger := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.URL.RawQuery+" = "+r.URL.Query().Get("name"))
	}))
	defer stranger.Close()
	o := options(startPortal(t, possim.Config{}).url)
	o["file_hosts"] = strings.TrimPrefix(stranger.URL, "http://")
	c := open(t, o, time.Now)
	for _, query := range []string{"name=Фото двора.jpg", "name=a%20b+c&x=1"} {
		body, err := c.OpenAttachment(t.Context(), sdk.Attachment{Locator: stranger.URL + "/f?" + query})
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		body.Close()
	}
	want := []string{"name=%D0%A4%D0%BE%D1%82%D0%BE%20%D0%B4%D0%B2%D0%BE%D1%80%D0%B0.jpg = Фото двора.jpg", "name=a%20b+c&x=1 = a b c"}
	if !slices.Equal(seen, want) {
		t.Errorf("got %q", seen)
	}
}

// TestUploadTellsItsLength: a server that takes no body of unknown length gets
// the file too.
func TestUploadTellsItsLength(t *testing.T) {
	for name, test := range map[string]struct {
		content string
		size    int64
		told    bool
	}{"announced": {"%PDF-1", 6, true}, "not announced": {"%PDF-1", 0, false}, "empty": {"", 0, true}} {
		t.Run(name, func(t *testing.T) {
			c := wire(t, func(w http.ResponseWriter, r *http.Request) {
				if told := r.ContentLength > 0; told != test.told {
					t.Errorf("length %d", r.ContentLength)
				}
				file, _, err := r.FormFile("file")
				if err != nil {
					t.Error(err)
					return
				}
				if content, err := io.ReadAll(file); string(content) != test.content || err != nil {
					t.Errorf("%q, %v", content, err)
				}
				_, _ = io.WriteString(w, `{"id":1}`)
			})
			if _, err := c.DeliverAttachment(t.Context(), sdk.Ref{}, sdk.Attachment{Name: "a.pdf", Size: test.size}, strings.NewReader(test.content)); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestRelativeAttachments(t *testing.T) {
	var asked []string
	c := wire(t, func(_ http.ResponseWriter, r *http.Request) { asked = append(asked, r.URL.String()) })
	for _, locator := range []string{"/file-storage-service/filestorage/5?v=1", "files/6"} {
		body, err := c.OpenAttachment(t.Context(), sdk.Attachment{Locator: locator})
		if err != nil {
			t.Fatal(err)
		}
		body.Close()
	}
	if got := strings.Join(asked, " "); got != "/file-storage-service/filestorage/5?v=1 /files/6" {
		t.Error(got)
	}
}

// TestRelativeToAPath: where the platform's address has a path, files lie below it.
func TestRelativeToAPath(t *testing.T) {
	asked := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/token") {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"access_token":"t"}`)
			return
		}
		asked = r.URL.Path
	}))
	t.Cleanup(server.Close)
	body, err := open(t, options(server.URL+"/pos"), time.Now).OpenAttachment(t.Context(), sdk.Attachment{Locator: "files/6"})
	if err != nil {
		t.Fatal(err)
	}
	body.Close()
	if asked != "/pos/files/6" {
		t.Errorf("asked for %s", asked)
	}
}

// endless is a big file that takes no memory.
type endless struct{ left int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.left))
	for i := range p[:n] {
		p[i] = byte(e.left) + byte(i)
	}
	e.left -= int64(n)
	return n, nil
}

// allocated measures what do allocates altogether, on both sides of the wire.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

const big = 200 << 20

func TestBigFilesStream(t *testing.T) {
	p, c, a := withFiles(t, `[{"name":"Видео.mp4","size":209715200}]`)
	download := func() {
		body, err := c.OpenAttachment(t.Context(), a.Attachments[0])
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		digest := sha256.New()
		if n, err := io.Copy(digest, body); n != big || err != nil {
			t.Errorf("%d bytes came, %v", n, err)
		}
		if got := hex.EncodeToString(digest.Sum(nil)); got != p.item("7").Files[0].SHA256 {
			t.Errorf("digest %s", got)
		}
	}
	upload := func() {
		at := sdk.Attachment{ID: "1", Name: "Видео.mp4", Size: big}
		if _, err := c.DeliverAttachment(t.Context(), sdk.Ref{}, at, &endless{left: big}); err != nil {
			t.Error(err)
		}
	}
	for name, do := range map[string]func(){"download": download, "upload": upload} {
		if got := allocated(do); got > 16<<20 {
			t.Errorf("%s: %d MiB were allocated for a file of 200 MiB", name, got>>20)
		}
	}
	var uploads []fileState
	p.control("GET", "uploads", nil, &uploads)
	digest := sha256.New()
	if _, err := io.Copy(digest, &endless{left: big}); err != nil {
		t.Fatal(err)
	}
	if len(uploads) != 1 || uploads[0].Size != big || uploads[0].SHA256 != hex.EncodeToString(digest.Sum(nil)) || len(uploads[0].Content) != 0 {
		t.Errorf("the platform has %+v", uploads)
	}
}

func TestUploadFailures(t *testing.T) {
	p := startPortal(t, possim.Config{})
	c := connect(t, p)
	a := sdk.Attachment{ID: "1", Name: "x.pdf"}
	upload := func(a sdk.Attachment, body io.Reader) error {
		_, err := c.DeliverAttachment(t.Context(), sdk.Ref{}, a, body)
		return err
	}
	broken := errors.New("disk is gone")
	err := upload(a, io.MultiReader(strings.NewReader("half"), failing{broken}))
	wantKind(t, err, sdk.Transient, "file can't be read: disk is gone")
	if !errors.Is(err, broken) {
		t.Errorf("%v hides its cause", err)
	}
	for _, size := range []int64{3, 5} {
		short := a
		short.Size = size
		wantKind(t, upload(short, strings.NewReader("four")), sdk.Transient, "file can't be read")
	}
	var uploads []fileState
	p.control("GET", "uploads", nil, &uploads)
	if len(uploads) != 0 {
		t.Errorf("half a file was stored: %+v", uploads)
	}
	for fault, want := range map[string]struct {
		kind sdk.Kind
		says string
	}{
		`"fault":"html"`:                            {sdk.Transient, "HTML page"},
		`"fault":"garbage"`:                         {sdk.Transient, "not JSON"},
		`"fault":"drop_after"`:                      {sdk.Transient, "upload file"},
		`"fault":"status","status":413`:             {sdk.Rejected, "413"},
		`"fault":"status","status":200,"body":"{}"`: {sdk.Invalid, "no id"},
		`"fault":"status","status":403`:             {sdk.Denied, "403"},
	} {
		p.fault(`{"path":"/file-storage-service",` + fault + `}`)
		wantKind(t, upload(a, strings.NewReader("content")), want.kind, want.says)
		p.control("DELETE", "faults", nil, nil)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestUploadAfterTokenExpired: bytes that were sent in vain are sent again only
// if they can be read again.
func TestUploadAfterTokenExpired(t *testing.T) {
	p := startPortal(t, possim.Config{})
	c := connect(t, p)
	a := sdk.Attachment{ID: "1", Name: "x.pdf", Size: 7}
	for _, test := range []struct {
		body io.Reader
		kind sdk.Kind
	}{{strings.NewReader("content"), ""}, {io.MultiReader(strings.NewReader("content")), sdk.Transient}} {
		if err := c.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.control("POST", "tokens/revoke", nil, nil)
		_, err := c.DeliverAttachment(t.Context(), sdk.Ref{}, a, test.body)
		if test.kind == "" && err != nil {
			t.Error(err)
		}
		if test.kind != "" {
			wantKind(t, err, test.kind, "token expired while the file was being sent")
		}
		if _, err := c.DeliverAttachment(t.Context(), sdk.Ref{}, a, strings.NewReader("content")); err != nil {
			t.Errorf("the next try: %v", err)
		}
	}
	var uploads []fileState
	p.control("GET", "uploads", nil, &uploads)
	for _, u := range uploads {
		if string(u.Content) != "content" {
			t.Errorf("stored %q", u.Content)
		}
	}
	if len(uploads) != 3 {
		t.Errorf("%d uploads", len(uploads))
	}
}
