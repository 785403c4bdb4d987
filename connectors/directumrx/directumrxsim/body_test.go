package directumrxsim_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/connectors/directumrx/directumrxsim"
)

func (s *stand) version(document int64) string {
	s.t.Helper()
	id := s.add(fmt.Sprintf("IElectronicDocuments(%d)/Versions", document), `{"Note":"Файл","AssociatedApplication":{"Id":2}}`)
	return fmt.Sprintf("IElectronicDocuments(%d)/Versions(%d)/Body", document, id)
}

func TestBodies(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	id := s.request("a")
	short := "Здравствуйте?>>"
	long := strings.Repeat("0123456789abcdef", 200_000)
	escaped := strings.NewReplacer("/", `\/`, "+", `\u002B`).Replace(base64.StdEncoding.EncodeToString([]byte(short)))
	for why, test := range map[string]struct{ method, suffix, kind, sent, want string }{
		"base64":         {"POST", "", "application/json", `{"Value":"` + base64.StdEncoding.EncodeToString([]byte(short)) + `"}`, short},
		"base64, spaced": {"PATCH", "", "application/json; charset=utf-8", " {\n\t\"Value\" : \"" + escaped + "\" } \r\n", short},
		"base64, long":   {"POST", "", "application/json", `{"Value":"` + base64.StdEncoding.EncodeToString([]byte(long)) + `"}`, long},
		"stream":         {"PUT", "/$value", "application/octet-stream", long, long},
		"posted stream":  {"POST", "", "application/octet-stream", short, short},
		"empty":          {"PUT", "/$value", "application/octet-stream", "", ""},
	} {
		where := s.version(id)
		if got := s.do(test.method, where+test.suffix, test.sent, "Content-Type", test.kind); got.status != map[string]int{"POST": 201, "PUT": 204, "PATCH": 204}[test.method] {
			t.Errorf("%s: %d %s", why, got.status, got.body)
			continue
		}
		d := s.document(id)
		v := d.Versions[len(d.Versions)-1]
		sum := sha256.Sum256([]byte(test.want))
		if v.Size != int64(len(test.want)) || v.SHA256 != hex.EncodeToString(sum[:]) || v.Writes != 1 {
			t.Errorf("%s: %d bytes, %s, written %d times", why, v.Size, v.SHA256, v.Writes)
		}
		got := s.do("GET", where+"/$value", "")
		if len(got.body) != len(test.want) || len(test.want) < 64<<10 && got.body != test.want {
			t.Errorf("%s: %d bytes are given back of %d", why, len(got.body), len(test.want))
		}
	}
}

func TestBodiesThatAreRefused(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	id := s.request("a")
	where := s.version(id)
	for why, test := range map[string]struct {
		method, suffix, kind, sent string
		status                     int
	}{
		"no object":         {"POST", "", "application/json", `"YWJj"`, 400},
		"another member":    {"POST", "", "application/json", `{"Body":"YWJj"}`, 400},
		"no base64":         {"POST", "", "application/json", `{"Value":"%%%"}`, 400},
		"cut off":           {"POST", "", "application/json", `{"Value":"YWJj`, 400},
		"cut off at a rest": {"POST", "", "application/json", `{"Value":"YWJ"}`, 400},
		"more after it":     {"POST", "", "application/json", `{"Value":"YWJj"}{}`, 400},
		"stream as JSON":    {"PUT", "/$value", "application/json", `{"Value":"YWJj"}`, 415},
		"no type":           {"POST", "", "text/plain", "abc", 415},
		"wrong method":      {"PUT", "", "application/json", `{"Value":"YWJj"}`, 405},
	} {
		if got := s.do(test.method, where+test.suffix, test.sent, "Content-Type", test.kind); got.status != test.status {
			t.Errorf("%s: got %d %s, want %d", why, got.status, got.body, test.status)
		}
	}
	if got := s.do("GET", where+"/$value", ""); got.status != 204 {
		t.Errorf("a refused body left something behind: %d %s", got.status, got.body)
	}
}

// An upload that breaks off leaves the version without a body.
func TestHalfAnUpload(t *testing.T) {
	s := start(t, directumrxsim.Config{})
	id := s.request("a")
	where := s.version(id)
	half := io.MultiReader(bytes.NewReader(make([]byte, 100_000)), broken{})
	req, err := http.NewRequestWithContext(t.Context(), "PUT", s.url+"/Integration/odata/"+where+"/$value", half)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("hub", "rx-password")
	req.Header.Set("Content-Type", "application/octet-stream")
	if resp, err := http.DefaultClient.Do(req); err == nil {
		resp.Body.Close()
		t.Fatal("the upload went through")
	}
	if d := s.document(id); d.Versions[0].SHA256 != "" {
		t.Errorf("%+v", d.Versions[0])
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }
