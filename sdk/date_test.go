package sdk_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/sdk"
)

func date(t *testing.T, s string) sdk.Date {
	t.Helper()
	d, err := sdk.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParseDate(t *testing.T) {
	for _, s := range []string{"2026-01-31", "2024-02-29", "0001-01-01", "9999-12-31"} {
		if got := date(t, s).String(); got != s {
			t.Errorf("%s is written as %s", s, got)
		}
	}
	for _, s := range []string{"", "2026-02-29", "2026-13-01", "2026-1-31", "31.01.2026", "2026-01-31T00:00:00Z", "2026-01-31 "} {
		if d, err := sdk.ParseDate(s); err == nil {
			t.Errorf("%q is read as %s", s, d)
		}
	}
}

// TestDateOfKeepsTheZone: the day is the one that the time's own clock shows.
func TestDateOfKeepsTheZone(t *testing.T) {
	late := time.Date(2026, 3, 31, 21, 0, 0, 0, time.UTC)
	moscow := time.FixedZone("MSK", 3*3600)
	if sdk.DateOf(late) != date(t, "2026-03-31") || sdk.DateOf(late.In(moscow)) != date(t, "2026-04-01") {
		t.Errorf("got %s and %s", sdk.DateOf(late), sdk.DateOf(late.In(moscow)))
	}
	if got := date(t, "2026-04-01").In(moscow); !got.Equal(late) {
		t.Errorf("the day starts at %s", got)
	}
}

func TestAddDays(t *testing.T) {
	for _, test := range []struct {
		from string
		n    int
		want string
	}{{"2026-01-31", 1, "2026-02-01"}, {"2024-02-28", 1, "2024-02-29"}, {"2026-01-01", -1, "2025-12-31"}, {"2026-03-28", 30, "2026-04-27"}, {"2026-05-05", 0, "2026-05-05"}} {
		if got := date(t, test.from).AddDays(test.n); got.String() != test.want {
			t.Errorf("%s and %d days is %s, want %s", test.from, test.n, got, test.want)
		}
	}
}

func TestDateOrder(t *testing.T) {
	a, b := date(t, "2025-12-31"), date(t, "2026-01-01")
	if !a.Before(b) || b.Before(a) || a.Before(a) {
		t.Error("a year's end is not before the next year")
	}
}

func TestDateInJSON(t *testing.T) {
	type pair struct {
		A sdk.Date  `json:"a,omitzero"`
		B sdk.Date  `json:"b"`
		C *sdk.Date `json:"c,omitempty"`
	}
	for text, want := range map[string]pair{
		`{"b":""}`:                            {},
		`{"a":"2026-01-31","b":"2024-02-29"}`: {A: sdk.Date{Year: 2026, Month: 1, Day: 31}, B: sdk.Date{Year: 2024, Month: 2, Day: 29}},
	} {
		var got pair
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if back, err := json.Marshal(got); err != nil || string(back) != text {
			t.Errorf("%s comes back as %s, %v", text, back, err)
		}
	}
	var d sdk.Date
	if err := json.Unmarshal([]byte(`"2026-02-30"`), &d); err == nil {
		t.Errorf("a day that is none is %s", d)
	}
}
