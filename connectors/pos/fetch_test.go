package pos_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/connectors/pos/possim"
	"github.com/appealhub/appealhub/sdk"
)

const wholeItem = `{
 "id": 4711, "description": "Нет отопления.\nПрошу принять меры.", "regNumber": "ПОС-15", "regNumberSetAt": "2026-03-02T22:30:00.123+0000",
 "subjectId": 1, "subjectName": "ЖКХ", "subsubjectId": "12", "subsubjectName": "Отопление", "factId": 123, "factName": "Холодно",
 "answerAt": "2026-03-31T21:00:00Z", "fastTrack": true, "createdAt": 1772463600000, "regionId": 36, "regionName": "Воронежская область",
 "address": "г. Воронеж, ул. Ленина, 1", "opaId": 77, "opaName": "Администрация", "shared": true, "unknownMember": {"deep": [1]},
 "applicant": {"surname": "Римский-Корсаков", "name": "Анна Мария", "patronymic": null, "email": "a@example.test", "phone": "+79000000000", "postAddress": "394000, Воронеж", "sendWithRussiaPost": true},
 "coApplicants": [{"surname": "Ли", "name": "Пётр"}, null],
 "customFieldValues": [{"id": 5, "name": "Вид обращения", "value": "Обращение"}, {"name": "Этаж", "value": 3}, {"x": 1}],
 "coordinates": {"lat": 51.5, "lon": 39.25},
 "locationAddress": {"postalCode": "394000", "country": "Россия", "regionFiasId": "b756fe6b-bbd3-44d5-9302-5bfcc740f46e", "regionKladrId": "36", "regionWithType": "Воронежская обл",
  "areaWithType": "р-н Рамонский", "area": "Рамонский", "city": "Воронеж", "settlementWithType": "п Рамонь", "streetWithType": "ул Ленина", "house": "1", "block": "А", "flat": "5",
  "fiasId": "not a uuid", "okato": "20401000000", "oktmo": "20701000", "geoLat": "1", "geoLon": "2"},
 "repeatedConsideration": {"number": 2, "reason": "Не сделано", "createdAt": "2026-03-10"},
 "answerRating": {"value": 4, "comment": "Хорошо", "createdAt": "2026-03-11T10:00:00"}}`

func TestItemBecomesAppeal(t *testing.T) {
	p := startPortal(t, possim.Config{})
	p.control("POST", "items", `{"item":`+wholeItem+`}`, nil)
	c := connect(t, p, "kind_59fz", "Нечто, вид обращения = обращение")
	moscow, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	want := sdk.Appeal{
		Ref: sdk.Ref{Link: "pos", ID: "4711"}, AckID: "4711",
		Addressee: sdk.Addressee{Code: "77", Name: "Администрация"},
		Kind:      sdk.KindAppeal, Channel: sdk.ChannelPOS,
		Numbers:     []sdk.Number{{System: sdk.NumberPOS, Link: "pos", Value: "ПОС-15", Date: sdk.Date{Year: 2026, Month: 3, Day: 3}}},
		Category:    sdk.Term{ID: "1", Name: "ЖКХ"},
		Subcategory: sdk.Term{ID: "12", Name: "Отопление"},
		Fact:        sdk.Term{ID: "123", Name: "Холодно"},
		Text:        "Нет отопления.\nПрошу принять меры.",
		Applicant: sdk.Applicant{
			Surname: "Римский-Корсаков", Name: "Анна Мария", Email: "a@example.test", Phone: "+79000000000",
			Address: "394000, Воронеж", ReplyByPost: true,
		},
		CoApplicants: []sdk.Applicant{{Surname: "Ли", Name: "Пётр"}},
		Collective:   true,
		Address:      "г. Воронеж, ул. Ленина, 1",
		Place: sdk.Place{
			PostalCode: "394000", Country: "Россия", Region: "Воронежская обл", Area: "р-н Рамонский", City: "Воронеж", Settlement: "п Рамонь",
			Street: "ул Ленина", House: "1", Block: "А", Flat: "5", RegionFIAS: "b756fe6b-bbd3-44d5-9302-5bfcc740f46e",
			OKATO: "20401000000", OKTMO: "20701000", Point: &sdk.Coordinates{Lat: 51.5, Lon: 39.25},
		},
		Fields: []sdk.Field{
			{Name: "regionId", Value: "36"}, {Name: "locationAddress.fiasId", Value: "not a uuid"},
			{Name: "Вид обращения", Value: "Обращение"}, {Name: "Этаж", Value: "3"}, {Name: "customFieldValues/2", Value: `{"x":1}`},
		},
		ReceivedAt:   time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC),
		RegisteredAt: time.Date(2026, 3, 2, 22, 30, 0, 123e6, time.UTC),
		AnswerBy:     sdk.Date{Year: 2026, Month: 4, Day: 1}, // 21:00Z is midnight in Moscow
		FastTrack:    true,
		Rework:       sdk.Rework{Round: 2, Reason: "Не сделано", At: time.Date(2026, 3, 10, 0, 0, 0, 0, moscow)},
		Rating:       sdk.Rating{Value: 4, Comment: "Хорошо", At: time.Date(2026, 3, 11, 10, 0, 0, 0, moscow)},
	}
	if diff := cmp.Diff(want, fetchOne(t, c)); diff != "" {
		t.Error(diff)
	}
}

func TestKindNeedsTheOption(t *testing.T) {
	p := startPortal(t, possim.Config{})
	p.control("POST", "items", `{"item":`+wholeItem+`}`, nil)
	for option, want := range map[string]sdk.AppealKind{
		"": sdk.KindMessage, "Вид обращения": sdk.KindAppeal, "Вид обращения=Сообщение": sdk.KindMessage, "Этаж=3": sdk.KindAppeal, "Нет такого": sdk.KindMessage,
	} {
		if got := fetchOne(t, connect(t, p, "kind_59fz", option)).Kind; got != want {
			t.Errorf("kind_59fz %q: got %s, want %s", option, got, want)
		}
	}
}

// TestEmptyFieldIsNoMark: a field that nobody filled in marks nothing.
func TestEmptyFieldIsNoMark(t *testing.T) {
	p := startPortal(t, possim.Config{})
	p.control("POST", "items", `{"item":{"id":7,"description":"x","applicant":{"name":"Ли"},"customFieldValues":[{"name":"59-ФЗ","value":null}]}}`, nil)
	if got := fetchOne(t, connect(t, p, "kind_59fz", "59-ФЗ")); got.Kind != sdk.KindMessage || got.Applicant.Name != "Ли" {
		t.Errorf("got %s of %q", got.Kind, got.Applicant.Name)
	}
}

// TestNothingIsCut: a text of any length comes as it is, and nothing of a name
// is split.
func TestNothingIsCut(t *testing.T) {
	p := startPortal(t, possim.Config{})
	text := strings.Repeat("Ж", 200_000) + " конец"
	p.control("POST", "items", map[string]any{"item": map[string]any{
		"id": 1, "description": text,
		"applicant": map[string]any{"surname": "Мамин Сибиряк", "name": "Ахмед оглы", "patronymic": ""},
	}}, nil)
	a := fetchOne(t, connect(t, p))
	if a.Text != text {
		t.Errorf("%d of %d bytes came", len(a.Text), len(text))
	}
	if diff := cmp.Diff(sdk.Applicant{Surname: "Мамин Сибиряк", Name: "Ахмед оглы"}, a.Applicant); diff != "" {
		t.Error(diff)
	}
	if !a.AnswerBy.IsZero() || len(a.Numbers) != 0 || !a.Place.IsZero() {
		t.Errorf("made up: %v %v %v", a.AnswerBy, a.Numbers, a.Place)
	}
}

func TestSweep(t *testing.T) {
	for _, test := range []struct {
		items, pages int
		size         string
	}{{0, 1, ""}, {20, 1, ""}, {21, 2, ""}, {45, 3, ""}, {45, 9, "5"}} {
		p := startPortal(t, possim.Config{Seed: 7})
		if test.items > 0 {
			p.control("POST", "seed", map[string]int{"count": test.items, "files": 2}, nil)
		}
		var more []string
		if test.size != "" {
			more = []string{"page_size", test.size}
		}
		items, rejected, pages := sweep(t, connect(t, p, more...))
		if len(items) != test.items || len(rejected) != 0 || pages != test.pages {
			t.Errorf("%+v: %d items, %d rejected, %d pages", test, len(items), len(rejected), pages)
		}
		seen := map[string]bool{}
		for _, a := range items {
			if seen[a.Ref.ID] || a.Text == "" || a.AnswerBy.IsZero() || len(a.Numbers) != 1 || a.Place.Point == nil {
				t.Errorf("odd item %+v", a.Ref)
			}
			seen[a.Ref.ID] = true
		}
	}
}

// TestListShrinksWhileRead: items accepted during a sweep move the others to
// earlier pages; nothing is lost, the next sweeps bring them.
func TestListShrinksWhileRead(t *testing.T) {
	p := startPortal(t, possim.Config{PageSize: 10})
	p.control("POST", "seed", map[string]int{"count": 45}, nil)
	c := connect(t, p)
	seen := map[string]int{}
	for range 10 {
		cursor := sdk.Cursor("")
		for more := true; more; {
			page, err := c.FetchAppeals(t.Context(), cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range page.Items {
				seen[a.Ref.ID]++
				if err := c.Ack(t.Context(), a.AckID); err != nil {
					t.Fatal(err)
				}
			}
			cursor, more = page.Next, page.More
		}
	}
	if len(seen) != 45 {
		t.Errorf("%d of 45 items came", len(seen))
	}
}

// TestListGrowsWhileRead: an item served again may come twice in a sweep.
func TestListGrowsWhileRead(t *testing.T) {
	p := startPortal(t, possim.Config{PageSize: 2})
	p.control("POST", "seed", map[string]int{"count": 4}, nil)
	c := connect(t, p)
	first, err := c.FetchAppeals(t.Context(), "")
	if err != nil || !first.More || first.Next != "1" {
		t.Fatalf("%+v %v", first, err)
	}
	p.control("POST", "seed", map[string]int{"count": 3}, nil)
	second, err := c.FetchAppeals(t.Context(), first.Next)
	if err != nil || len(second.Items) != 2 || !second.More {
		t.Fatalf("%+v %v", second, err)
	}
	third, err := c.FetchAppeals(t.Context(), "17")
	if err != nil || len(third.Items) != 0 || third.More {
		t.Errorf("a page past the end: %+v %v", third, err)
	}
}

func TestSweepEndsWhateverThePortalSays(t *testing.T) {
	item := `{"id":1,"description":"x","applicant":{"surname":"x"}}`
	for body, more := range map[string]bool{
		`{"content":[],"last":false}`:                        false,
		`{"content":[` + item + `],"last":true}`:             false,
		`{"content":[` + item + `],"last":false}`:            true,
		`{"content":[` + item + `]}`:                         true, // the next page is empty, or it isn't
		`{"content":[` + item + `],"totalPages":1}`:          false,
		`{"content":[` + item + `],"totalPages":9}`:          true,
		`{"content":[` + item + `],"last":false,"number":5}`: false, // it serves another page than asked for
	} {
		c := wire(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		page, err := c.FetchAppeals(t.Context(), "")
		if err != nil || page.More != more {
			t.Errorf("%s: more %v, %v", body, page.More, err)
		}
	}
}

// TestPageWithoutContent: a page may say that it is empty by a null.
func TestPageWithoutContent(t *testing.T) {
	accept := ""
	c := wire(t, func(w http.ResponseWriter, r *http.Request) {
		accept = r.Header.Get("Accept")
		_, _ = io.WriteString(w, `{"content":null,"totalElements":0,"totalPages":0,"last":true}`)
	})
	page, err := c.FetchAppeals(t.Context(), "")
	if err != nil || page.More || len(page.Items) != 0 || accept != "application/json" {
		t.Errorf("%+v, %v, asked for %q", page, err, accept)
	}
}

func TestFetchRefusesWhatIsNoPage(t *testing.T) {
	for body, says := range map[string]string{
		`[]`:                  "wrong type",
		`{}`:                  "no member content",
		`{"totalElements":5}`: "no member content",
		`{"content":{}}`:      `"content" is of the wrong type`,
	} {
		c := wire(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		_, err := c.FetchAppeals(t.Context(), "")
		wantKind(t, err, sdk.Invalid, says)
	}
	c := wire(t, func(http.ResponseWriter, *http.Request) {})
	for _, cursor := range []sdk.Cursor{"x", "-1", "1.5", "99999999999999"} {
		_, err := c.FetchAppeals(t.Context(), cursor)
		wantKind(t, err, sdk.Invalid, "cursor")
	}
}

// TestFetchFailuresAreTold: no failure passes for an empty list.
func TestFetchFailuresAreTold(t *testing.T) {
	p := startPortal(t, possim.Config{})
	p.control("POST", "seed", map[string]int{"count": 3}, nil)
	c := connect(t, p)
	for fault, want := range map[string]struct {
		kind sdk.Kind
		says string
	}{
		`"fault":"html"`:        {sdk.Transient, "an HTML page instead of JSON"},
		`"fault":"garbage"`:     {sdk.Transient, "not JSON at byte"},
		`"fault":"truncate"`:    {sdk.Transient, "fetch appeals"},
		`"fault":"drop_before"`: {sdk.Transient, "fetch appeals"},
		`"fault":"drop_after"`:  {sdk.Transient, "fetch appeals"},
		`"fault":"throttle"`:    {sdk.Throttled, "429"},
		`"fault":"redirect","location":"http://evil.example/appeal-service/edms"`:   {sdk.Transient, "redirect"},
		`"fault":"status","status":500,"body":"{\"messages\":[\"Сбой\",\"базы\"]}"`: {sdk.Transient, "Сбой; базы"},
		`"fault":"status","status":403`: {sdk.Denied, "403"},
		`"fault":"status","status":204`: {sdk.Transient, "not JSON"},
	} {
		p.fault(`{"path":"/appeal-service",` + fault + `}`)
		page, err := c.FetchAppeals(t.Context(), "")
		wantKind(t, err, want.kind, want.says)
		if len(page.Items) != 0 || page.More {
			t.Errorf("%s: a page beside the error: %+v", fault, page)
		}
		p.control("DELETE", "faults", nil, nil)
	}
	if items, _, _ := sweep(t, c); len(items) != 3 {
		t.Errorf("%d items after all that", len(items))
	}
}

func TestBrokenItemsAreRejectedAlone(t *testing.T) {
	bad := map[int]struct{ item, reason string }{
		10: {`{"id":10,"applicant":{"surname":"x"}}`, "member description is missing"},
		8:  {`{"id":8,"description":" \n ","applicant":{"surname":"x"}}`, "member description is missing"},
		11: {`{"id":11,"description":"x"}`, "member applicant is missing"},
		12: {`{"id":12,"description":"x","applicant":{"email":"x@example.test"}}`, "member applicant has no name"},
		13: {`{"id":13,"description":["Смирнова"],"applicant":{"surname":"x"}}`, "member description is not text"},
		14: {`{"id":14,"description":"x","applicant":"Смирнова"}`, "member applicant is of the wrong type: string"},
		15: {`{"id":15,"description":"x","applicant":{"surname":"x"},"createdAt":"вчера"}`, "member createdAt is not a time"},
		16: {`{"id":16,"description":"x","applicant":{"surname":"x"},"answerAt":"2026-02-30T10:00:00Z"}`, "member answerAt is not a time"},
		17: {`{"id":17,"description":"a\u0000b","applicant":{"surname":"x"}}`, "member description holds U+0000"},
		18: {`{"id":18,"description":"x","applicant":{"surname":"x"},"fastTrack":"perhaps"}`, "member fastTrack is not true or false"},
		19: {`{"id":19,"description":"x","applicant":{"surname":"x","surname":"y"}}`, "member applicant/surname comes twice"},
		20: {"{\"id\":20,\"description\":\"\xff\",\"applicant\":{\"surname\":\"x\"}}", "member description is broken at byte"},
		9:  {`{"id":9,"description":"x\ud800\u0421","applicant":{"surname":"x"}}`, "member description is broken at byte"},
		21: {`{"id":21,"description":"x","applicant":{"surname":"x"},"answerRating":{"value":9}}`, "member answerRating/value is not 1 to 5"},
		22: {`{"id":22,"description":"x","applicant":{"surname":"x"},"attachments":"http://x"}`, "member attachments is of the wrong type"},
		23: {`{"id":23,"description":"x","applicant":{"surname":"x"},"customFieldValues":[{"name":"a","value":"\u0000"}]}`, "member customFieldValues/0/value holds U+0000"},
		24: {`{"id":24,"description":"x","applicant":{"surname":"x"},"createdAt":99999999999999999}`, "member createdAt is a time out of bounds"},
		25: {`[25]`, "member (the item itself) is of the wrong type: ["},
		30: {`{"id":1e400,"description":"x","applicant":{"surname":"x"}}`, "member id is not an id"},
		26: {`{"id":26.5,"description":"x","applicant":{"surname":"x"}}`, "member id is not an id"},
		27: {`{"id":"../../token","description":"x","applicant":{"surname":"x"}}`, "member id is not an id"},
		29: {`{"id":29,"id":1,"description":"x","applicant":{"surname":"x"}}`, "member id comes twice"},
		28: {`{"description":"x","applicant":{"surname":"x"}}`, "member id is missing"},
	}
	unreadable := func(id int) bool { return id >= 25 }
	p := startPortal(t, possim.Config{PageSize: 100})
	fixtures := []map[string]any{{"item": map[string]any{"id": 1, "description": "x", "applicant": map[string]any{"surname": "x"}}}}
	for id, b := range bad {
		if !strings.Contains(b.item, "\xff") {
			fixtures = append(fixtures, map[string]any{"raw": b.item, "item": map[string]any{"id": id}})
		}
	}
	p.control("POST", "items", fixtures, nil)
	p.control("POST", "items", "{\"item\":"+bad[20].item+"}", nil) // json.Marshal would mend it
	c := connect(t, p)
	items, rejected, _ := sweep(t, c)
	if len(items) != 1 || len(rejected) != len(bad) {
		t.Fatalf("%d items, %d rejected of %d", len(items), len(rejected), len(bad))
	}
	for id, b := range bad {
		wantID := fmt.Sprint(id)
		if unreadable(id) {
			wantID = ""
		}
		if !slices.ContainsFunc(rejected, func(raw sdk.Raw) bool {
			return strings.HasPrefix(raw.Reason, b.reason) && raw.AckID == wantID && raw.RefID == wantID && (id == 20 || string(raw.Body) == b.item)
		}) {
			t.Errorf("%d: no rejected item for %q", id, b.reason)
		}
	}
	for _, raw := range rejected {
		if strings.Contains(raw.Reason, "Смирнова") || strings.Contains(raw.Reason, `\u0421`) {
			t.Errorf("reason %q quotes the value", raw.Reason)
		}
	}
	for _, raw := range rejected {
		if raw.AckID != "" {
			if err := c.Ack(t.Context(), raw.AckID); err != nil {
				t.Error(err)
			}
		}
	}
	if _, left, _ := sweep(t, c); len(left) != 6 {
		t.Errorf("%d rejected items are served again, want those 6 without an id", len(left))
	}
}

func TestVersionFollowsContent(t *testing.T) {
	p := startPortal(t, possim.Config{})
	p.control("POST", "items", `{"item":`+wholeItem+`,"files":[{"name":"Фото.jpg","size":10}]}`, nil)
	c := connect(t, p)
	first := fetchOne(t, c)
	second := fetchOne(t, c)
	if first.Version != "" || sdk.ContentVersion(first) != sdk.ContentVersion(second) {
		t.Error("the same content has two versions")
	}
	if len(first.Attachments) != 1 || first.Attachments[0].ID != second.Attachments[0].ID || len(first.Attachments[0].ID) != 32 {
		t.Errorf("attachments %+v", first.Attachments)
	}
	p.control("POST", "items/4711/revise", `{"item":{"description":"Другой текст"},"files":[{"name":"Ещё.jpg","size":5}]}`, nil)
	third := fetchOne(t, c)
	if third.Text != "Другой текст" || len(third.Attachments) != 2 || sdk.ContentVersion(third) == sdk.ContentVersion(first) {
		t.Errorf("the revision is not seen: %q", third.Text)
	}
	if third.Attachments[0].ID != first.Attachments[0].ID {
		t.Error("the first file has another id now")
	}
}

func TestAck(t *testing.T) {
	p := startPortal(t, possim.Config{})
	p.control("POST", "seed", map[string]int{"count": 6}, nil)
	c := connect(t, p)
	items, _, _ := sweep(t, c)
	ids := []string{"999", "../../token", items[0].AckID, items[1].AckID, items[0].AckID}
	err := c.Ack(t.Context(), ids...)
	wantKind(t, err, sdk.NotFound, "Сообщение не найдено")
	if !strings.Contains(err.Error(), "not an id") {
		t.Errorf("%v does not tell of the second failure", err)
	}
	if left, _, _ := sweep(t, c); len(left) != 4 {
		t.Errorf("%d items left, want 4", len(left))
	}
	if err := c.Ack(t.Context(), items[0].AckID); err != nil {
		t.Errorf("again: %v", err)
	}
	if got := len(p.item(items[0].AckID).AcceptedAt); got != 3 {
		t.Errorf("accepted %d times, want 3", got)
	}
	if err := c.Ack(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestAckEndsWithTheLink: what the next request would meet too ends the
// acknowledgements, and is all that is told.
func TestAckEndsWithTheLink(t *testing.T) {
	var asked atomic.Int64
	c := wire(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusTooManyRequests)
	})
	ids := make([]string, 60)
	for i := range ids {
		ids[i] = strconv.Itoa(i + 1)
	}
	err := c.Ack(t.Context(), ids...)
	wantKind(t, err, sdk.Throttled, "HTTP 429")
	if strings.Contains(err.Error(), "canceled") {
		t.Errorf("told %v", err)
	}
	if n := asked.Load(); n > 30 {
		t.Errorf("%d requests", n)
	}
}

func TestAckTellsTheGravestKind(t *testing.T) {
	p := startPortal(t, possim.Config{})
	p.control("POST", "seed", map[string]int{"count": 3}, nil)
	c := connect(t, p)
	items, _, _ := sweep(t, c)
	p.fault(`{"fault":"throttle","path":"/appeal-service/edms/` + items[1].AckID + `","retry_after":"30"}`)
	err := c.Ack(t.Context(), "999", items[1].AckID, items[2].AckID)
	wantKind(t, err, sdk.Throttled, "429")
	if got := sdk.AfterOf(err); got != 30*time.Second {
		t.Errorf("after %s", got)
	}
	p.control("DELETE", "faults", nil, nil)
	p.fault(`{"fault":"drop_after","times":1}`)
	wantKind(t, c.Ack(t.Context(), items[0].AckID), sdk.Transient, "mark accepted")
	if !p.item(items[0].AckID).Accepted {
		t.Error("the work was not done")
	}
	p.fault(`{"fault":"html"}`)
	wantKind(t, c.Ack(t.Context(), items[2].AckID), sdk.Transient, "HTML page")
}

// TestItemThatBreaksItsPage: an item that is no JSON takes the whole page's JSON
// with it; those beside it come all the same, on every page.
func TestItemThatBreaksItsPage(t *testing.T) {
	for _, pageSize := range []string{"0", "3"} {
		p := startPortal(t, possim.Config{PageSize: 4})
		good := func(id int) map[string]any {
			return map[string]any{"item": map[string]any{"id": id, "description": "x", "applicant": map[string]any{"surname": "x"}}}
		}
		p.control("POST", "items", []map[string]any{
			good(1),
			{"item": map[string]any{"id": 2}, "raw": `{"id":2,"description":"Смирнова "без кавычек"","applicant":{}}`},
			good(3), good(4), good(5),
			{"item": map[string]any{"id": 6}, "raw": `{"description":"не закрыто`},
			good(7),
		}, nil)
		c := connect(t, p, "page_size", pageSize)
		for range 2 { // the kept bytes are the same on every reading: one record, not many
			items, rejected, _ := sweep(t, c)
			if len(items) != 5 || len(rejected) != 2 {
				t.Fatalf("size %s: %d items, %d rejected", pageSize, len(items), len(rejected))
			}
			if r := rejected[0]; r.RefID != "2" || r.AckID != "" || r.Reason != "item is not JSON" || string(r.Body) != `{"id":2,"description":"Смирнова "без кавычек"","applicant":{}}` {
				t.Errorf("got %+v, %s", r, r.Body)
			}
			if r := rejected[1]; r.RefID != "" || string(r.Body) != `{"description":"не закрыто` {
				t.Errorf("got %+v, %s", r, r.Body)
			}
		}
	}
}

// TestPageOfBrokenItem: the page is as large as the platform says behind its
// items, it is read to its last item and no further, and what is broken once only
// is no broken item.
func TestPageOfBrokenItem(t *testing.T) {
	const one, two = `{"id":1,"description":"x","applicant":{"surname":"x"},"size":9}`, `{"id":2,"description":"x","applicant":{"surname":"x"}}`
	for name, test := range map[string]struct {
		pages    map[string][]string // by page and size; the last answer is given from then on
		items    int
		rejected int
		more     bool
	}{
		"the page's size": {map[string][]string{
			"/":   {`{"content":[` + one + `,{x],"last":false,"number":0,"size":2}`},
			"0/1": {`{"content":[` + one + `],"last":false,"number":0,"size":1}`},
			"1/1": {`{"content":[{x],"last":false,"number":1,"size":1}`},
		}, 1, 1, true},
		"the last item": {map[string][]string{
			"/":   {`{"content":[{x,` + two + `],"last":true,"number":0}`},
			"0/1": {`{"content":[{x],"last":false,"number":0}`},
			"1/1": {`{"content":[` + two + `],"last":true,"number":1}`},
		}, 1, 1, false},
		"broken once": {map[string][]string{
			"/":   {`{"content":[` + one + `,{x],"last":true,"number":0}`},
			"0/1": {`{"content":[` + one + `],"last":false,"number":0}`},
			"1/1": {`{"content":[` + two, `{"content":[` + two + `],"last":true,"number":1}`},
		}, 2, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := wire(t, func(w http.ResponseWriter, r *http.Request) {
				page := r.URL.Query().Get("page") + "/" + r.URL.Query().Get("size")
				answers := test.pages[page]
				if answers == nil {
					t.Errorf("page %s is asked for", page)
					answers = []string{`{"content":[],"last":true}`}
				}
				if len(answers) > 1 {
					test.pages[page] = answers[1:]
				}
				_, _ = io.WriteString(w, answers[0])
			})
			got, err := c.FetchAppeals(t.Context(), "")
			if err != nil || len(got.Items) != test.items || len(got.Rejected) != test.rejected || got.More != test.more {
				t.Errorf("%d items, %d rejected, more %v, %v", len(got.Items), len(got.Rejected), got.More, err)
			}
		})
	}
}

// TestBrokenAnswerIsNoItem: broken JSON that is no page is the platform's
// failure.
func TestBrokenAnswerIsNoItem(t *testing.T) {
	for _, body := range []string{`{"content":`, `{"messages":["x"`, `{`} {
		c := wire(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		_, err := c.FetchAppeals(t.Context(), "")
		wantKind(t, err, sdk.Transient, "not JSON at byte")
	}
}

// TestPagesAskedFor: the first page is asked for as the exchange is known, without
// a query; those behind it by Spring's paging.
func TestPagesAskedFor(t *testing.T) {
	for size, want := range map[string]string{"0": " ?page=1 ?page=2", "5": "?page=0&size=5 ?page=1&size=5 ?page=2&size=5"} {
		var asked []string
		c := wire(t, func(w http.ResponseWriter, r *http.Request) {
			number := len(asked)
			asked = append(asked, strings.TrimPrefix(r.RequestURI, "/appeal-service/edms"))
			_, _ = fmt.Fprintf(w, `{"content":[{"id":%d,"description":"x","applicant":{"surname":"x"}}],"last":%v,"number":%d}`, number+1, number == 2, number)
		}, "page_size", size)
		if items, _, _ := sweep(t, c); len(items) != 3 {
			t.Errorf("size %s: %d items", size, len(items))
		}
		if got := strings.Join(asked, " "); got != want {
			t.Errorf("size %s: asked for %q", size, got)
		}
	}
}
