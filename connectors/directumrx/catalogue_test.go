package directumrx_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestApplicationOfAVersion: a version has an application even on a stand that
// has none for its kind of file.
func TestApplicationOfAVersion(t *testing.T) {
	for name, test := range map[string]struct {
		answers map[string]string // by filter
		want    string
	}{
		"plain text":  {map[string]string{"Extension eq 'txt'": `{"Id":7,"Extension":"txt"}`, "": `{"Id":3,"Extension":"pdf"}`}, `"AssociatedApplication":{"Id":7}`},
		"the first":   {map[string]string{"": `{"Id":3,"Extension":"pdf"}`}, `"AssociatedApplication":{"Id":3}`},
		"none at all": {nil, `"Note":"appealhub text r1","Number":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			var created string
			c := wire(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/IAssociatedApplications"):
					_, _ = io.WriteString(w, `{"value":[`+test.answers[r.URL.Query().Get("$filter")]+`]}`)
				case r.Method == http.MethodGet:
					_, _ = io.WriteString(w, `{"value":[]}`)
				default:
					if body, _ := io.ReadAll(r.Body); strings.HasSuffix(r.URL.Path, "/Versions") {
						created = string(body)
					}
					_, _ = io.WriteString(w, `{"Id":9}`)
				}
			})
			deliver(t, c, appeal())
			if !strings.Contains(created, test.want) {
				t.Errorf("created %s, want %s", created, test.want)
			}
		})
	}
}
