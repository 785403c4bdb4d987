package api

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// ids are those of a page's items.
func (a answer) ids() []any {
	a.t.Helper()
	out := []any{}
	for _, item := range a.at("items").([]any) {
		out = append(out, item.(map[string]any)["id"])
	}
	return out
}

func TestListAppeals(t *testing.T) {
	w := newWorld(t, nil)
	var want []any
	for i := range 5 {
		w.clock.add(time.Second)
		change := map[string]any{"text": fmt.Sprint("Яма ", i)}
		if i == 2 {
			change["organisation"] = nil
		}
		want = append([]any{w.submit(change)}, want...)
	}
	var got []any
	cursor := ""
	for pages := 0; pages == 0 || cursor != ""; pages++ {
		page := w.do(get, "/api/v1/appeals?limit=2"+cursor, nil).want(200)
		got = append(got, page.ids()...)
		if cursor = page.at("next").(string); cursor != "" {
			cursor = "&cursor=" + cursor
		}
		if pages > 3 {
			t.Fatal("the pages don't end")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	routed := append(append([]any{}, want[:2]...), want[3:]...)
	for query, want := range map[string][]any{
		"parked=true": {want[2]}, "parked=false": want, "organisation=adm": routed,
		"link=rx": routed, "link=api": want, "status=received": want, "status=closed": {},
	} {
		if diff := cmp.Diff(want, w.do(get, "/api/v1/appeals?"+query, nil).want(200).ids()); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
}

// TestFormerOrganisation: the appeals and terms of an organisation that is configured no
// more are found by its key as before.
func TestFormerOrganisation(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Bodies = []string{"other"} })
	ids := w.terms(day(11, 20))
	if got := w.do(get, "/api/v1/appeals?organisation=adm", nil).want(200); fmt.Sprint(got.ids()) != fmt.Sprint(ids) {
		t.Errorf("appeals: %s", got.body)
	}
	if got := w.do(get, "/api/v1/appeals?organisation=adm&status=closed", nil).want(200); len(got.ids()) > 0 {
		t.Errorf("closed: %s", got.body)
	}
	if got := w.do(get, "/api/v1/deadlines?organisation=adm", nil).want(200); fmt.Sprint(appealsOf(got)) != fmt.Sprint(ids) {
		t.Errorf("terms: %s", got.body)
	}
	if got := w.do(get, "/api/v1/appeals?organisation=other", nil).want(200); len(got.ids()) > 0 {
		t.Errorf("of one that has none: %s", got.body)
	}
}

// TestBadQueries: what a list does not know is never passed over in silence.
func TestBadQueries(t *testing.T) {
	w := newWorld(t, nil)
	for query, name := range map[string]string{
		"appeals?stauts=closed": "stauts", "appeals?status=gone": "status", "appeals?parked=yes": "parked", "appeals?limit=0": "limit",
		"appeals?organisation=nobody": "organisation is none of [adm]", "deadlines?organisation=nobody": "organisation is none of [adm]",
		"appeals?limit=501": "limit", "appeals?limit=x": "limit", "appeals?cursor=7": "cursor", "appeals?link=": "link",
		"appeals?link=a&link=b": "link", "appeals?link=%zz": "query", "appeals?link=%00": "link", "appeals?link=%ff": "link",
		"deliveries?state=waiting": "state", "deliveries?cursor=x": "cursor", "dead-letters?kind=bad": "kind", "dead-letters?state=dead": "state",
		"parked?reason=stale": "reason", "links?limit=-1": "limit", "appeals/x?deep=1": "deep",
	} {
		if got := w.do(get, "/api/v1/"+query, nil).problem(400, "bad-query"); !strings.Contains(got.at("detail").(string), name) {
			t.Errorf("%s: the detail does not name %s: %s", query, name, got.body)
		}
	}
}

func TestGetAppeal(t *testing.T) {
	w := newWorld(t, nil)
	id := w.submit(nil, "Idempotency-Key", "k")
	w.settle("rx", journal.Settlement{As: journal.SettleDone, Receipt: sdk.Receipt{Ref: sdk.Ref{Link: "rx", ID: "docs/17 %"}}})
	got := w.do(get, "/api/v1/appeals/"+id, nil).want(200)
	for path, want := range map[string]any{
		"id": id, "view.status": "received", "view.targets.0": "rx", "appeal.applicant.surname": "Ёлкина", "appeal.id": id,
		"refs.0.id": "k", "refs.1.id": "docs/17 %", "deliveries.0.state": "done", "deadlines.0.due": "2026-12-18", "time_zone": "Europe/Moscow",
	} {
		if v := got.at(path); v != want {
			t.Errorf("%s is %v, want %v", path, v, want)
		}
	}
	for _, path := range []string{"rx/docs/17%20%25", "rx/docs%2F17%20%25", "api/k"} {
		if at := w.do(get, byRefPrefix+path, nil).want(307).header.Get("Location"); at != "/api/v1/appeals/"+id {
			t.Errorf("%s leads to %s", path, at)
		}
	}
	w.do("HEAD", "/api/v1/appeals/"+id, nil).want(200)
	w.do("HEAD", byRefPrefix+"api/k", nil).want(307)
	for _, path := range []string{"/api/v1/appeals/x", "/api/v1/appeals/x/history", "/api/v1/appeals/link:rx/history", byRefPrefix + "rx/18", byRefPrefix + "rx", byRefPrefix} {
		w.do(get, path, nil).problem(404, "not-found")
	}
}

func TestHistory(t *testing.T) {
	w := newWorld(t, nil)
	id := w.submit(nil, "Authorization", "Bearer other")
	dead := w.dead("rx")
	w.do(post, fmt.Sprintf("/api/v1/deliveries/%d/skip", dead), map[string]any{"why": "по телефону"}).want(200)
	got := w.do(get, "/api/v1/appeals/"+id+"/history", nil).want(200)
	for path, want := range map[string]any{
		"appeal": id, "time_zone": "Europe/Moscow", "items.0.kind": "appeal.received", "items.0.actor": "clerk", "items.0.data.text": "Яма на дороге",
		"items.1.kind": "delivery.dead", "items.1.reason": "rejected", "items.1.data.text": "no such district",
		"items.2.kind": "delivery.skipped", "items.2.actor": "local", "items.2.data.text": "по телефону",
	} {
		if v := got.at(path); v != want {
			t.Errorf("%s is %v, want %v", path, v, want)
		}
	}
	if log := w.log.String(); strings.Contains(log, "district") || strings.Contains(log, "телефону") || strings.Contains(log, id) {
		t.Errorf("the log tells too much: %s", log)
	}
}

func TestRoute(t *testing.T) {
	w := newWorld(t, nil)
	id := w.submit(map[string]any{"organisation": nil})
	if got := w.do(post, "/api/v1/appeals/"+id+"/route", nil).want(200); got.at("reason") != "no_organisation" {
		t.Errorf("still parked: %s", got.body)
	}
	w.do(post, "/api/v1/appeals/"+w.submit(nil)+"/route", nil).problem(409, "wrong-state")
	w.do(post, "/api/v1/appeals/0199aa00-0000-7000-8000-000000000000/route", nil).problem(404, "not-found")
	w.do(post, "/api/v1/appeals/"+id+"/route", `{"why":"x"}`).problem(422, "invalid")
}

func TestParked(t *testing.T) {
	w := newWorld(t, nil)
	w.submit(map[string]any{"organisation": nil})
	w.do(post, "/in/rx", "Зарегистрирован").want(202) // of a record that nobody knows
	w.do(post, "/in/rx", "").want(202)                // what can't be read
	got := w.do(get, "/api/v1/parked", nil).want(200)
	for path, want := range map[string]any{
		"items.0.reason": "no_organisation", "items.1.reason": "unknown_ref", "items.1.data.external.code": "Зарегистрирован",
		"items.2.reason": "unparsable", "items.2.data.raw": "PGh0bWw+/w==", "next": "",
	} {
		if v := got.at(path); v != want {
			t.Errorf("%s is %v, want %v", path, v, want)
		}
	}
	if n := len(w.do(get, "/api/v1/parked?link=rx&reason=unknown_ref", nil).want(200).ids()); n != 1 {
		t.Errorf("%d fit the filter", n)
	}
	first := w.do(get, "/api/v1/parked?limit=1", nil).want(200)
	if second := w.do(get, "/api/v1/parked?limit=1&cursor="+first.at("next").(string), nil).want(200); second.at("items.0.reason") != "unknown_ref" {
		t.Errorf("second page: %s", second.body)
	}
}

func TestPush(t *testing.T) {
	w := newWorld(t, nil)
	if got := w.do(post, "/in/rx?sender=1", "В работе", "Content-Type", "text/plain").want(202); string(got.body) != "taken" {
		t.Errorf("reply %s", got.body)
	}
	w.do(post, "/in/mail", "x").problem(404, "not-found")
	w.do(post, "/in/nobody", "x").problem(404, "not-found")
	w.do(post, "/in/rx", strings.Repeat("x", 65<<10)).problem(413, "too-large")
	for kind, want := range map[sdk.Kind]int{
		sdk.Invalid: 400, sdk.Rejected: 400, sdk.Denied: 403, sdk.NotFound: 404, sdk.Conflict: 409, sdk.Throttled: 429, sdk.Transient: 503,
	} {
		w.edms.fail(sdk.Errorf(kind, "accept", "of Иванова"))
		got := w.do(post, "/in/rx", "x").want(want)
		if strings.Contains(string(got.body)+w.log.String(), "Иванова") {
			t.Errorf("%s: the system's words were passed on", kind)
		}
		if retry := got.header.Get("Retry-After"); (retry != "") != (want == 429 || want == 503) {
			t.Errorf("%s: Retry-After %q", kind, retry)
		}
	}
	w.edms.fail(errors.New("no kind"))
	w.do(post, "/in/rx", "x").problem(500, "internal")
}
