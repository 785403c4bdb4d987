package api

import "testing"

// TestNull: null is no value of any member, and no body. A filter of null would else
// take every dead letter.
func TestNull(t *testing.T) {
	w := newWorld(t, nil)
	id := w.submit(nil)
	w.dead("rx")
	for at, bodies := range map[string]map[string]string{
		"/api/v1/dead-letters/replay":          {`{"filter":null}`: "/filter", `{"filter":{"link":"rx"},"dry_run":null}`: "/dry_run", `{"max":null}`: "/max", `{"from":null}`: "/from"},
		"/api/v1/parked/dismiss":               {`{"ids":[null]}`: "/ids/0", `{"ids":null}`: "/ids", `{"ids":[1],"filter":null}`: "/filter"},
		"/api/v1/parked/replay":                {`{"ids":[1],"dry_run":null}`: "/dry_run"},
		"/api/v1/deadlines/recompute":          {`{"dry_run":null}`: "/dry_run", `{"organisation":null}`: "/organisation"},
		"/api/v1/deadlines/simulate":           {`{"down":"rx","for":"1h","organisation":null}`: "/organisation"},
		"/api/v1/appeals/" + id + "/deadlines": {`{"category":"none","why":null}`: "/why"},
		"/api/v1/appeals/" + id + "/route":     {`null`: ""},
		"/api/v1/links/rx/pause":               {`{"why":null}`: "/why", ` null `: ""},
		"/api/v1/links/rx/resume":              {`null`: ""},
		"/api/v1/spool/gc":                     {`{"dry_run":null}`: "/dry_run", `{"grace":null}`: "/grace"},
		"/api/v1/reports/reconcile?link=mail":  {`[{"row":1,"number":"7","due":null}]`: "/0/due", `[null]`: "/0", `[{"row":1,"number":"7","overdue":null}]`: "/0/overdue"},
	} {
		for body, path := range bodies {
			got := w.do(post, at, body).problem(422, "invalid")
			if got.at("problems.0.path") != path || got.at("problems.0.rule") != "type" {
				t.Errorf("%s %s: %s", at, body, got.body)
			}
		}
	}
	if n := len(w.do(get, "/api/v1/dead-letters", nil).want(200).ids()); n != 1 {
		t.Errorf("%d dead letters are left", n)
	}
}

// TestWholeNumbers: a number is whole as JSON Schema means it.
func TestWholeNumbers(t *testing.T) {
	w := newWorld(t, nil)
	for number, status := range map[string]int{"1": 200, "1.0": 200, "1e0": 200, "10e-1": 200, "1.5": 422, "-1": 422, "-1.0": 422, "1e300": 422, "18446744073709551616": 422, "9223372036854775808.0": 422, `"1"`: 422} {
		w.do(post, "/api/v1/dead-letters/replay", `{"max":`+number+`}`).want(status)
		w.do(post, "/api/v1/reports/reconcile?link=mail", `[{"row":`+number+`,"number":"7"}]`).want(status)
	}
	w.do(post, "/api/v1/parked/dismiss", `{"ids":[7.0]}`).problem(404, "not-found")
	w.do(post, "/api/v1/parked/dismiss", `{"ids":[7.5]}`).problem(422, "invalid")
}
