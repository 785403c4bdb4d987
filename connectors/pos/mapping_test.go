package pos

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/sdk"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestParseMoment(t *testing.T) {
	kamchatka := zone(t, "Asia/Kamchatka") // UTC+12
	for in, want := range map[moment]string{
		"2026-03-01T10:00:00+03:00":    "2026-03-01T07:00:00Z",
		"2026-03-01T10:00:00.1234567Z": "2026-03-01T10:00:00.1234567Z",
		"2026-03-01T10:00:00.123+0000": "2026-03-01T10:00:00.123Z",
		"2026-03-01T10:00:00+0300":     "2026-03-01T07:00:00Z",
		"2026-03-01T10:00:00+03":       "2026-03-01T07:00:00Z",
		"2026-03-01T10:00Z":            "2026-03-01T10:00:00Z",
		"2026-03-01 10:00:00":          "2026-02-28T22:00:00Z",
		"2026-03-01T10:00:00":          "2026-02-28T22:00:00Z",
		"2026-03-01T10:00:00.5":        "2026-02-28T22:00:00.5Z",
		"2026-03-01T10:00":             "2026-02-28T22:00:00Z",
		"2026-03-01":                   "2026-02-28T12:00:00Z",
		" 2026-03-01 ":                 "2026-02-28T12:00:00Z",
		"1772359200000":                "2026-03-01T10:00:00Z",
		"":                             "0001-01-01T00:00:00Z",
		"2200-01-01T00:00:00Z":         "", "2199-12-31T23:00:00Z": "", // in the zone
		"2199-12-31T11:00:00Z": "2199-12-31T11:00:00Z",
		"1.5":                  "", "вчера": "", "2026-02-30": "", "2026-03-01T25:00:00Z": "", "01.03.2026": "", "1772359200000000": "", "1700-01-01": "", "9999-12-31": "", "99999999999999999999": "", "-9223372036854775808": "",
	} {
		got, err := parseMoment(in, kamchatka)
		if want == "" {
			if err == nil {
				t.Errorf("%q is read as %s", in, got)
			}
			continue
		}
		if err != nil || got.UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%q: got %s, %v, want %s", in, got.UTC().Format(time.RFC3339Nano), err, want)
		}
	}
}

// TestAnswerByIsALocalDate: a term is a day of the zone, whatever instant it
// came as.
func TestAnswerByIsALocalDate(t *testing.T) {
	for in, want := range map[moment]map[string]string{
		"2026-03-31T21:00:00Z":      {"Europe/Moscow": "2026-04-01", "Europe/Kaliningrad": "2026-03-31", "Asia/Kamchatka": "2026-04-01"},
		"2026-03-31":                {"Europe/Moscow": "2026-03-31", "Europe/Kaliningrad": "2026-03-31", "Asia/Kamchatka": "2026-03-31"},
		"2026-03-31T23:59:59":       {"Europe/Moscow": "2026-03-31", "Asia/Kamchatka": "2026-03-31"},
		"2026-05-10":                {"Europe/Moscow": "2026-05-10"}, // a Sunday among holidays: the term itself, never a day of its own reckoning
		"2026-03-31T23:59:59+03:00": {"Europe/Moscow": "2026-03-31", "Asia/Kamchatka": "2026-04-01"},
	} {
		for name, date := range want {
			m := mapping{link: "pos", zone: zone(t, name)}
			raw, err := json.Marshal(map[string]any{"id": 1, "description": "x", "applicant": map[string]string{"surname": "x"}, "answerAt": in})
			if err != nil {
				t.Fatal(err)
			}
			if a, err := m.appeal(raw); err != nil || a.AnswerBy.String() != date {
				t.Errorf("%s in %s: got %s, %v, want %s", in, name, a.AnswerBy, err, date)
			}
		}
	}
}

// TestTimesMarkedAsUTC: where the platform marks local times as UTC they and their
// days are those that are written; what bears an offset, or is a number, is no such
// time.
func TestTimesMarkedAsUTC(t *testing.T) {
	urals := zone(t, "Asia/Yekaterinburg")
	for in, want := range map[moment]string{
		"2026-03-31T22:30:00Z":          "2026-03-31 2026-03-31T22:30:00+05:00",
		"2026-03-31T00:00:00.000+0000":  "2026-03-31 2026-03-31T00:00:00+05:00",
		"2026-03-31T22:30:00.123+00:00": "2026-03-31 2026-03-31T22:30:00.123+05:00",
		"2026-03-31T22:30:00+03:00":     "2026-03-31 2026-03-31T22:30:00+03:00",
		"2026-03-31T22:30:00":           "2026-03-31 2026-03-31T22:30:00+03:00",
		"1774990800000":                 "2026-04-01 2026-04-01T00:00:00+03:00",
	} {
		raw, err := json.Marshal(map[string]any{"id": 1, "description": "x", "applicant": map[string]string{"surname": "x"}, "answerAt": in, "createdAt": in})
		if err != nil {
			t.Fatal(err)
		}
		m := mapping{link: "pos", zone: zone(t, "Europe/Moscow"), marked: urals}
		a, err := m.appeal(raw)
		if got := a.AnswerBy.String() + " " + a.ReceivedAt.Format(time.RFC3339Nano); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", in, got, err, want)
		}
	}
}

// TestMomentsSentBearTheirZone: a local time is never written with a Z.
func TestMomentsSentBearTheirZone(t *testing.T) {
	d := sdk.Date{Year: 2026, Month: 10, Day: 25}
	for name, want := range map[string]string{
		"Europe/Moscow": "2026-10-25T00:00:00+03:00", "Asia/Kamchatka": "2026-10-25T00:00:00+12:00", "UTC": "2026-10-25T00:00:00+00:00",
	} {
		if got := momentOf(d, zone(t, name)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := momentOf(sdk.Date{}, time.UTC); got != "" {
		t.Errorf("no date became %s", got)
	}
}

func TestCoordinates(t *testing.T) {
	for in, want := range map[string]*sdk.Coordinates{
		`{"lat":51.5,"lon":39.25}`:               {Lat: 51.5, Lon: 39.25},
		`{"lat":"51.5","lon":"39.25"}`:           {Lat: 51.5, Lon: 39.25},
		`{"latitude":51.5,"longitude":39.25}`:    {Lat: 51.5, Lon: 39.25},
		`"51.5, 39.25"`:                          {Lat: 51.5, Lon: 39.25},
		`[51.5,39.25]`:                           {Lat: 51.5, Lon: 39.25},
		`["51.5","39.25"]`:                       {Lat: 51.5, Lon: 39.25},
		`{"lat":53,"lon":158.65}`:                {Lat: 53, Lon: 158.65},
		`{"lat":91,"lon":0}`:                     nil,
		`{"lat":0,"lon":-180.1}`:                 nil,
		`{"lat":"NaN","lon":"0"}`:                nil,
		`{"lat":51.5}`:                           nil,
		`{"lat":{},"lon":[]}`:                    nil,
		`[1,2,3]`:                                nil,
		`"somewhere"`:                            nil,
		`{"type":"Point","coordinates":[39,51]}`: nil,
		`true`:                                   nil, `null`: nil, `5`: nil, ``: nil,
	} {
		if diff := cmp.Diff(want, coordinates([]byte(in))); diff != "" {
			t.Errorf("%s: %s", in, diff)
		}
	}
}

func TestCustomFields(t *testing.T) {
	for in, want := range map[string][]sdk.Field{
		``: nil, `null`: nil, `[]`: {}, `{}`: {},
		`[{"name":"a","value":"b"},{"fieldName":"c","fieldValue":null}]`: {{Name: "a", Value: "b"}, {Name: "c"}},
		`[{"id":1,"type":"X","name":"a","value":["x","<y>"]}]`:           {{Name: "a", Value: `["x","<y>"]`}},
		`[{"name":"a"}]`:                           {{Name: "customFieldValues/0", Value: `{"name":"a"}`}},
		`[{"name":" ","value":1}]`:                 {{Name: "customFieldValues/0", Value: `{"name":" ","value":1}`}},
		`[{"name":"a","value":1,"unit":"m"}]`:      {{Name: "customFieldValues/0", Value: `{"name":"a","unit":"m","value":1}`}},
		`[{"fieldName":"b","name":"a","value":1}]`: {{Name: "customFieldValues/0", Value: `{"fieldName":"b","name":"a","value":1}`}},
		`[{"fieldValue":2,"name":"a","value":1}]`:  {{Name: "customFieldValues/0", Value: `{"fieldValue":2,"name":"a","value":1}`}},
		`[{"name":5,"value":1}]`:                   {{Name: "customFieldValues/0", Value: `{"name":5,"value":1}`}},
		`["x",12345678901234567890,null,true]`:     {{Name: "customFieldValues/0", Value: "x"}, {Name: "customFieldValues/1", Value: "12345678901234567890"}, {Name: "customFieldValues/2"}, {Name: "customFieldValues/3", Value: "true"}},
		`{"b":1.50,"a":{"z":1,"y":2},"":"e"}`:      {{Name: "customFieldValues", Value: "e"}, {Name: "a", Value: `{"y":2,"z":1}`}, {Name: "b", Value: "1.50"}},
		`"text"`:                                   {{Name: "customFieldValues", Value: "text"}},
		`7`:                                        {{Name: "customFieldValues", Value: "7"}},
	} {
		if diff := cmp.Diff(want, customFields([]byte(in))); diff != "" {
			t.Errorf("%s: %s", in, diff)
		}
	}
}

// TestLifetime: a life that is none, or longer than a time can be, is not known.
func TestLifetime(t *testing.T) {
	for in, want := range map[string]time.Duration{"60": time.Minute, "3600.5": time.Hour, "": 0, "0": 0, "-5": 0, "soon": 0, "NaN": 0, "1e11": 0, "1e300": 0} {
		if got := lifetime(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

// TestDropOfAnOldToken: a late refusal of the token before does not cost the new
// one.
func TestDropOfAnOldToken(t *testing.T) {
	held := &tokens{value: "new"}
	held.drop("old")
	if held.value != "new" {
		t.Error("the new token is gone")
	}
	held.drop("new")
	if held.value != "" {
		t.Error("a refused token is kept")
	}
}

func TestFlexibleMembers(t *testing.T) {
	m := mapping{link: "pos", zone: time.UTC}
	a, err := m.appeal([]byte(`{"id":"A-7_b","description":"x","applicant":{"surname":"x","phone":79000000000,"sendWithRussiaPost":"false"},
		"fastTrack":1,"shared":null,"subjectId":null,"opaId":"36-001","coApplicants":null,"attachments":["/a","/a",null,"/b"],"createdAt":null,"locationAddress":null,"repeatedConsideration":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	if a.Ref.ID != "A-7_b" || a.Applicant.Phone != "79000000000" || a.Applicant.ReplyByPost || !a.FastTrack || a.Collective || a.Addressee.Code != "36-001" || len(a.Attachments) != 2 || a.Rework.Round != 1 {
		t.Errorf("got %#v", a)
	}
}

func FuzzParseMoment(f *testing.F) {
	for _, seed := range []string{"2026-03-01T10:00:00.123+0000", "1772359200000", "2026-03-01", "2026-03-01 10:00", "-1", "2026-03-01T10:00:00,5Z", "1910-01-01"} {
		f.Add(seed)
	}
	moscow := zone(f, "Europe/Moscow")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseMoment(moment(s), moscow)
		if err != nil {
			if strings.Contains(err.Error(), s) && len(s) > 12 {
				t.Errorf("error %q quotes the value", err)
			}
			return
		}
		again, err := parseMoment(moment(got.UTC().Format(time.RFC3339Nano)), moscow)
		if !got.IsZero() && (err != nil || !again.Equal(got)) {
			t.Errorf("%q: %s is read again as %s, %v", s, got, again, err)
		}
	})
}

// FuzzItem: whatever the platform sends is an appeal or a rejected item with a
// reason, never a panic, and an appeal can be written and read again.
func FuzzItem(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"description":"x","applicant":{"surname":"x"}}`,
		`{"id":1,"description":"x","applicant":{"surname":"x"},"coordinates":[1,2],"customFieldValues":{"a":[1]},"attachments":["/x"],"createdAt":1,"answerRating":{"value":5}}`,
		`{"id":"..","description":"\u0000"}`, `[]`, `{"id":1,"id":2}`, "{\"id\":1,\"description\":\"\xff\"}", `{"applicant":{"name":{}}}`, `null`,
	} {
		f.Add([]byte(seed))
	}
	m := mapping{link: "pos", zone: zone(f, "Europe/Moscow"), kinds: []kindRule{{"a", ""}}}
	f.Fuzz(func(t *testing.T, raw []byte) {
		page := m.page([]json.RawMessage{raw})
		if len(page.Items)+len(page.Rejected) != 1 {
			t.Fatalf("%d items, %d rejected", len(page.Items), len(page.Rejected))
		}
		if len(page.Rejected) == 1 {
			if page.Rejected[0].Reason == "" || string(page.Rejected[0].Body) != string(raw) {
				t.Errorf("rejected %+v", page.Rejected[0])
			}
			return
		}
		a := page.Items[0]
		body, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if a.Ref.ID == "" || a.Text == "" || strings.Contains(a.Text, "\x00") || a.Kind == "" {
			t.Errorf("got %s", body)
		}
		var again sdk.Appeal
		if err := json.Unmarshal(body, &again); err != nil {
			t.Fatal(err)
		}
		again.AckID = a.AckID
		if diff := cmp.Diff(sdk.ContentVersion(a), sdk.ContentVersion(again)); diff != "" {
			t.Error(diff)
		}
	})
}

// FuzzResolve: whatever an item gives for a file's address, the token goes to the
// platform's own host alone.
func FuzzResolve(f *testing.F) {
	for _, seed := range []string{
		"/a", "http://127.0.0.1:9/x", "//evil.test/x", "https://pos.test@evil.test/", `\\evil.test\x`, "http://pos.test:443/", "http://pos.test./x", "HTTP://POS.TEST/ж?a= b", "http:evil.test", "/%0a",
	} {
		f.Add(seed)
	}
	c := &Connector{cfg: config{base: &url.URL{Scheme: "http", Host: "pos.test", Path: "/api"}}}
	f.Fuzz(func(t *testing.T, locator string) {
		address, err := c.resolve(locator)
		if err != nil {
			return
		}
		r, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil || !strings.EqualFold(r.URL.Hostname(), "pos.test") || r.URL.User != nil || strings.ContainsAny(address, " \r\n") {
			t.Errorf("%q becomes %q: %v", locator, address, err)
		}
	})
}
