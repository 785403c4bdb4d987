package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/schemas"
)

// contract is the OpenAPI document, read once: it doesn't change.
var contract = sync.OnceValues(func() (*openapi3.T, error) {
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, at *url.URL) ([]byte, error) { return schemas.Read(path.Base(at.Path)) }
	raw, err := schemas.Read(schemas.API)
	if err != nil {
		return nil, err
	}
	return loader.LoadFromDataWithPath(raw, &url.URL{Path: "/" + schemas.API})
})

func readContract(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := contract()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestDocumentIsValid(t *testing.T) {
	if err := readContract(t).Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestDocumentHasEveryRoute and no other, with the parameters and the openness
// that the server gives it.
func TestDocumentHasEveryRoute(t *testing.T) {
	type operation struct {
		Query []string
		Open  bool
		Basic bool
	}
	served := map[string]operation{}
	for _, rt := range newWorld(t, nil).handler.routes() {
		query := slices.Sorted(slices.Values(rt.query))
		if slices.Equal(query, anyQuery) {
			query = nil
		}
		served[rt.name] = operation{query, rt.open, rt.basic}
	}
	written := map[string]operation{}
	for at, item := range readContract(t).Paths.Map() {
		for method, op := range item.Operations() {
			var query []string
			for _, p := range op.Parameters {
				if p.Value.In == "query" {
					query = append(query, p.Value.Name)
				}
			}
			written[method+" "+at] = operation{slices.Sorted(slices.Values(query)), op.Security != nil && len(*op.Security) == 0, takesBasic(op)}
		}
	}
	if diff := cmp.Diff(written, served); diff != "" {
		t.Errorf("document and server differ:\n%s", diff)
	}
}

// takesBasic reports whether an operation is written to take Basic authentication.
func takesBasic(op *openapi3.Operation) bool {
	if op.Security == nil {
		return false
	}
	return slices.ContainsFunc(*op.Security, func(one openapi3.SecurityRequirement) bool { return one["named"] != nil })
}

var variable = regexp.MustCompile(`\\\{[a-z]+\\\}`)

// operationOf finds the request's operation; nil where the document has none.
func operationOf(doc *openapi3.T, r *http.Request) *openapi3.Operation {
	escaped := r.URL.EscapedPath()
	var best *openapi3.Operation
	literal := -1
	for at, item := range doc.Paths.Map() {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(at), `\{ref\}`, ".+")
		pattern = "^" + variable.ReplaceAllString(pattern, "[^/]+") + "$"
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		if op := item.GetOperation(method); op != nil && regexp.MustCompile(pattern).MatchString(escaped) {
			if n := strings.Index(at+"{", "{"); n > literal {
				best, literal = op, n
			}
		}
	}
	return best
}

// written reports whether a document's headers name one, in whatever case.
func written(all openapi3.Headers, name string) bool {
	for one := range all {
		if strings.EqualFold(one, name) {
			return true
		}
	}
	return false
}

// everywhere are headers that any answer may have.
var everywhere = []string{"Cache-Control", "Connection", "Content-Length", "Content-Type", "Date", "X-Content-Type-Options"}

// checkAnswer holds an answer to the document. What the document does not know
// must be a problem all the same.
func checkAnswer(t testing.TB, r *http.Request, a answer) {
	t.Helper()
	doc := readContract(t)
	if strings.Contains(a.header.Get("Content-Type"), "html") {
		t.Errorf("%s %s: HTML: %s", r.Method, r.URL.Path, a.body)
	}
	response := doc.Components.Responses["Problem"].Value
	if op := operationOf(doc, r); op != nil {
		found := op.Responses.Status(a.status)
		if found == nil {
			found = op.Responses.Default()
		}
		response = found.Value
	}
	for name, h := range response.Headers {
		if h.Value.Required && a.header.Get(name) == "" {
			t.Errorf("%s %s: %d has no %s", r.Method, r.URL.Path, a.status, name)
		}
	}
	for name := range a.header {
		if !written(response.Headers, name) && !slices.Contains(everywhere, name) {
			t.Errorf("%s %s: %d has %s, which is not in the document", r.Method, r.URL.Path, a.status, name)
		}
	}
	if len(response.Content) == 0 || r.Method == http.MethodHead {
		return
	}
	media := response.Content.Get(a.header.Get("Content-Type"))
	if media == nil {
		t.Fatalf("%s %s: %d in %q: %s", r.Method, r.URL.Path, a.status, a.header.Get("Content-Type"), a.body)
	}
	if media.Schema == nil {
		return
	}
	var value any
	if err := json.Unmarshal(a.body, &value); err != nil {
		t.Fatalf("%s %s: %v: %s", r.Method, r.URL.Path, err, a.body)
	}
	if err := media.Schema.Value.VisitJSON(value, openapi3.EnableJSONSchema2020()); err != nil {
		t.Errorf("%s %s: %d breaks the document: %v", r.Method, r.URL.Path, a.status, err)
	}
}

// checkTaken holds a body that was taken to the document: what that forbids is refused.
func checkTaken(t testing.TB, r *http.Request, body []byte) {
	t.Helper()
	op := operationOf(readContract(t), r)
	if op == nil || op.RequestBody == nil || len(body) == 0 {
		return
	}
	media := op.RequestBody.Value.Content["application/json"]
	if media == nil {
		return
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		t.Errorf("%s %s: taken, and no JSON: %v", r.Method, r.URL.Path, err)
		return
	}
	if err := media.Schema.Value.VisitJSON(value, openapi3.EnableJSONSchema2020(), openapi3.EnableFormatValidation()); err != nil {
		t.Errorf("%s %s: taken, and breaks the document: %v", r.Method, r.URL.Path, err)
	}
}
