package crash

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// world is what the two systems hold in the end: two items, of which the first
// has a file, and one submission.
type world struct {
	Items    []map[string]any
	Requests []map[string]any
	Letters  []map[string]any
	ids      []string
}

func rightWorld() *world {
	w := &world{ids: []string{"s-1"}}
	for n := 1; n <= 2; n++ {
		number, letter := fmt.Sprintf("ПОС-%d", n), fmt.Sprintf("%d-ИСХ", n)
		files := []map[string]any{}
		versions := []map[string]any{{"note": "appealhub text r1", "sha256": "t"}}
		if n == 1 {
			files = append(files, map[string]any{"sha256": "f1"})
			versions = append(versions, map[string]any{"note": "appealhub file 1", "sha256": "f1"})
		}
		w.Items = append(w.Items, map[string]any{
			"id": fmt.Sprint(n), "item": map[string]any{"regNumber": number}, "accepted": true, "closed": true, "files": files,
			"answers": []map[string]any{
				{"body": map[string]any{"answer": false, "regNumber": fmt.Sprintf("%d-ОГ", n)}},
				{"repeats": 1, "body": map[string]any{"answer": true, "regNumber": fmt.Sprintf("%d-ОГ", n), "outgoingNumber": letter}},
			},
			"uploads": []map[string]any{{"sha256": "a" + letter}},
		})
		w.Requests = append(w.Requests, map[string]any{
			"id": n, "properties": map[string]any{"Note": fmt.Sprintf("p-%d", n), "Name": "Обращение " + number, "RegistrationNumber": fmt.Sprintf("%d-ОГ", n)},
			"versions": versions, "letters": []int{10 + n},
		})
		w.Letters = append(w.Letters, map[string]any{
			"id": 10 + n, "properties": map[string]any{"RegistrationNumber": letter}, "versions": []map[string]any{{"sha256": "a" + letter}},
		})
	}
	w.Requests = append(w.Requests, map[string]any{"id": 3, "properties": map[string]any{"Note": "s-1"}, "versions": []map[string]any{{"note": "appealhub text r1"}}})
	return w
}

// serve answers as both simulators do.
func (w *world) serve(out http.ResponseWriter, r *http.Request) {
	var body any = w.Items
	switch r.URL.Query().Get("set") {
	case "IRequests":
		body = w.Requests
	case "IOutgoingLetters":
		body = w.Letters
	}
	_ = json.NewEncoder(out).Encode(body)
}

// TestJudge: what is right passes, and every way of being wrong is told.
func TestJudge(t *testing.T) {
	answers := func(w *world, item int) []map[string]any { return w.Items[item]["answers"].([]map[string]any) }
	for name, c := range map[string]struct {
		spoil func(w *world)
		want  string // part of the verdict; empty: none
	}{
		"all is right":      {func(*world) {}, ""},
		"an appeal lost":    {func(w *world) { w.Requests = w.Requests[1:] }, "item 1 was lost"},
		"a submission lost": {func(w *world) { w.ids = append(w.ids, "s-2") }, "submission s-2 was lost"},
		"registered twice":  {func(w *world) { w.Requests[2]["properties"].(map[string]any)["Name"] = "ПОС-1" }, "ПОС-1 was registered twice"},
		"one id twice":      {func(w *world) { w.Requests = append(w.Requests, w.Requests[2]) }, `bears the appeal "s-1"`},
		"one too many": {func(w *world) {
			w.Requests = append(w.Requests, map[string]any{"id": 9, "properties": map[string]any{"Note": "x"}})
		}, "4 documents for 3 appeals"},
		"a file lost": {func(w *world) { w.Requests[0]["versions"] = w.Requests[0]["versions"].([]map[string]any)[:1] }, "0 files, not the 1"},
		"a text twice": {func(w *world) {
			w.Requests[1]["versions"] = append(w.Requests[1]["versions"].([]map[string]any), map[string]any{"note": "appealhub text r1"})
		}, "2 texts"},
		"no answer":           {func(w *world) { w.Items[1]["answers"] = answers(w, 1)[:1] }, "0 final answers"},
		"an answer twice":     {func(w *world) { w.Items[1]["answers"] = append(answers(w, 1), answers(w, 1)[1]) }, "2 final answers"},
		"progress afterwards": {func(w *world) { a := answers(w, 0); a[0], a[1] = a[1], a[0] }, "is not the last one"},
		"told too late":       {func(w *world) { answers(w, 0)[0]["late"] = true }, "after the final answer"},
		"another's number":    {func(w *world) { answers(w, 0)[0]["body"].(map[string]any)["regNumber"] = "2-ОГ" }, "number 2-ОГ, in the EDMS 1-ОГ"},
		"another's letter":    {func(w *world) { answers(w, 0)[1]["body"].(map[string]any)["outgoingNumber"] = "2-ИСХ" }, "answer 2-ИСХ"},
		"another's file":      {func(w *world) { w.Items[0]["uploads"] = w.Items[1]["uploads"] }, "the answer's file is not the letter's"},
	} {
		t.Run(name, func(t *testing.T) {
			w := rightWorld()
			c.spoil(w)
			systems := httptest.NewServer(http.HandlerFunc(w.serve))
			defer systems.Close()
			play := &test{Config: Config{Out: io.Discard}, stage: &stage.Stage{POS: systems.URL, RX: systems.URL}, feed: &feed{ids: w.ids}}
			err := play.judge(t.Context())
			switch {
			case c.want == "" && err != nil:
				t.Errorf("wrongly: %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

// TestFailpoints: the hub's sources hold as many points as are asked for.
func TestFailpoints(t *testing.T) {
	points, err := failpoints("../../../../hub")
	if err != nil || len(points) < minPoints {
		t.Errorf("%d points, %v", len(points), err)
	}
	if _, err := failpoints(t.TempDir()); err == nil {
		t.Error("an empty folder passed")
	}
}
