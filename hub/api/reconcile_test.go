package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

const reconcilePath = "/api/v1/reports/reconcile?link=mail"

// rowOf is a row of an export, of an appeal received on 20 November.
func rowOf(number string, change map[string]any) map[string]any {
	row := map[string]any{"row": 2, "number": number, "received": "2026-11-20", "stage": "Исполнение"}
	for name, v := range change {
		row[name] = v
	}
	return row
}

// kinds lists the differences as kind and number.
func (a answer) kinds() (out []string) {
	var body struct {
		Differences []struct{ Kind, Number, Appeal string }
	}
	a.into(&body)
	for _, d := range body.Differences {
		out = append(out, d.Kind+" "+d.Number)
	}
	return out
}

func TestReconcile(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Bodies = []string{"adm", "far"} })
	id := w.take("17", nil)
	w.take("18", func(a *sdk.Appeal) { a.Numbers = []sdk.Number{{System: sdk.NumberPOS, Value: "ПОС-18"}} })
	w.take("19", nil)
	w.take("20", func(a *sdk.Appeal) { a.Organisation = "far" })
	w.submit(nil) // by the API, and so no appeal of the portal's
	rows := []any{
		rowOf("17", map[string]any{"stage": "Завершено", "row": 7}), rowOf("ПОС-18", nil), rowOf("20", nil), rowOf("404", map[string]any{"overdue": "no"}), rowOf("404", map[string]any{"row": 9}),
	}
	got := w.do(post, reconcilePath, rows).want(200)
	if all := strings.Join(got.kinds(), ", "); all != "twice 404, not_in_export 19, differs 17, not_in_hub 404" {
		t.Errorf("%s", got.body)
	}
	for path, want := range map[string]any{
		"differences.2.appeal": id, "differences.2.row": 7.0, "differences.2.fields.0.name": "stage", "differences.2.fields.0.export": "Завершено", "differences.2.fields.0.hub": "received",
		"summary.from": "2026-11-20", "summary.rows": 4.0, "summary.appeals": 4.0, "summary.same": 2.0,
	} {
		if v := got.at(path); v != want {
			t.Errorf("%s is %v", path, v)
		}
	}
	// Of one organisation: what the export has of another is in the hub all the same.
	got = w.do(post, reconcilePath+"&organisation=far", rows).want(200)
	if all := strings.Join(got.kinds(), ", "); all != "twice 404, differs 17, not_in_hub ПОС-18, not_in_hub 404" {
		t.Errorf("%s", got.body)
	}
	// What only goes to a link did not come from it.
	got = w.do(post, "/api/v1/reports/reconcile?link=rx", []any{rowOf("x", nil)}).want(200)
	if all := strings.Join(got.kinds(), ", "); all != "not_in_hub x" {
		t.Errorf("%s", got.body)
	}
	// A window after both sides, and one that the appeal lies before: it is found by its number.
	if got := w.do(post, reconcilePath+"&from=2026-12-01", rows).want(200).kinds(); len(got) != 0 {
		t.Errorf("%v", got)
	}
	got = w.do(post, reconcilePath+"&from=2040-06-01", []any{rowOf("17", map[string]any{"received": "2040-06-02"})}).want(200)
	if all := strings.Join(got.kinds(), ", "); all != "differs 17" {
		t.Errorf("%s", got.body)
	}
	if got := w.do(post, reconcilePath, []any{}).want(200); len(got.kinds()) != 0 || got.at("summary.appeals") != 0.0 {
		t.Errorf("%s", got.body)
	}
}

func TestBadExports(t *testing.T) {
	w := newWorld(t, nil)
	w.do(post, "/api/v1/reports/reconcile", []any{}).problem(400, "bad-query")
	w.do(post, "/api/v1/reports/reconcile?link=gone", []any{}).problem(404, "not-found")
	w.do(post, reconcilePath+"&to=x", []any{}).problem(400, "bad-query")
	w.do(post, reconcilePath, "[]", "Content-Type", "text/csv").problem(415, "media-type")
	for body, want := range map[string]int{
		`{}`: 400, `null`: 400, ``: 400, `[`: 400, `[] []`: 400, `[{"row":1,"number":"1"]`: 400, `[{"row":1,"number":"1","text":"x"}]`: 422, `[{"row":1,"number":"1","due":"1.1.2026"}]`: 422,
		`[{"row":1,"number":""}]`: 422, `[{"row":1,"number":"1","overdue":"да"}]`: 422,
	} {
		if got := w.do(post, reconcilePath, body); got.status != want {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	var many strings.Builder
	for i := range exportRows + 1 {
		fmt.Fprintf(&many, `,{"row":1,"number":"%d"}`, i)
	}
	w.do(post, reconcilePath, "["+many.String()[1:]+"]").problem(413, "too-large")
}

// TestReconcileAlone: while one export is read another one is asked to wait, and is
// refused in the end.
func TestReconcileAlone(t *testing.T) {
	w := newWorld(t, nil)
	if err := w.handler.exports.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.handler.exports.wait = 0
	w.do(post, reconcilePath, []any{}).problem(503, "unavailable")
	w.handler.exports.leave()
	w.handler.exports.wait = largeWait
	w.do(post, reconcilePath, []any{}).want(200)
}

// TestReconcileCut: a journal that fails before anything was written is a problem;
// later the answer stays short, and is no JSON.
func TestReconcileCut(t *testing.T) {
	var failing *failsAfter
	w := newWorld(t, func(c *Config) { failing = &failsAfter{Journal: c.Journal}; c.Journal = failing })
	w.do(post, reconcilePath, []any{rowOf("1", nil)}).problem(503, "unavailable")
	failing.pages = 1
	var many []any
	for i := range 1000 {
		many = append(many, rowOf(fmt.Sprint(i), nil))
	}
	r, err := w.server.Client().Post(w.server.URL+reconcilePath, "application/json", strings.NewReader(jsonOf(t, many)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, _ := io.ReadAll(r.Body)
	if r.StatusCode != 200 || len(body) < 1000 || strings.HasSuffix(string(body), "}\n") {
		t.Errorf("%d: …%s", r.StatusCode, body[max(0, len(body)-80):])
	}
}

// failsAfter is a journal that is away after so many pages, and after 900 look-ups.
type failsAfter struct {
	journal.Journal
	pages, asked int
}

func (j *failsAfter) Appeals(ctx context.Context, q journal.AppealQuery) ([]journal.View, error) {
	if j.pages == 0 {
		return nil, journal.ErrUnavailable
	}
	return j.Journal.Appeals(ctx, q)
}

func (j *failsAfter) ByRef(ctx context.Context, ref sdk.Ref) (string, error) {
	if j.asked++; j.asked > 900 {
		return "", journal.ErrUnavailable
	}
	return j.Journal.ByRef(ctx, ref)
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
