package route_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/route"
	"github.com/appealhub/appealhub/sdk"
)

func compile(t *testing.T, rules ...route.Rule) *route.Table {
	t.Helper()
	table, err := route.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestMatch(t *testing.T) {
	table := compile(t,
		route.Rule{From: "pos", To: []string{"fast"}, When: `appeal.kind == "message" && appeal.fast_track`},
		route.Rule{From: "pos", To: []string{"rx", "delo"}, Lead: "delo", When: `appeal.category.id == "14"`},
		route.Rule{From: "pos", To: []string{"rx", "archive"}},
		route.Rule{From: "api", To: []string{"rx"}, When: `appeal.confidential`},
	)
	for name, c := range map[string]struct {
		from   string
		appeal sdk.Appeal
		want   route.Route
		ok     bool
	}{
		"first wins":                  {"pos", sdk.Appeal{Kind: sdk.KindMessage, FastTrack: true, Category: sdk.Term{ID: "14"}}, route.Route{Targets: []string{"fast"}, Lead: "fast"}, true},
		"lead named":                  {"pos", sdk.Appeal{Kind: sdk.KindAppeal, FastTrack: true, Category: sdk.Term{ID: "14"}}, route.Route{Targets: []string{"rx", "delo"}, Lead: "delo"}, true},
		"no condition, lead by place": {"pos", sdk.Appeal{}, route.Route{Targets: []string{"rx", "archive"}, Lead: "rx"}, true},
		"another source's rule":       {"api", sdk.Appeal{Confidential: true}, route.Route{Targets: []string{"rx"}, Lead: "rx"}, true},
		"no rule takes it":            {"api", sdk.Appeal{}, route.Route{}, false},
		"no rule for the source":      {"mail", sdk.Appeal{}, route.Route{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok, err := table.Match(c.from, "adm", &c.appeal)
			if err != nil || ok != c.ok {
				t.Fatalf("ok %v, %v", ok, err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestFields asks for each field by a condition that only the right value
// meets.
func TestFields(t *testing.T) {
	a := appeal()
	a.Organisation, a.Classifier = "what the source calls it", "0005.0005.0056.1160"
	a.Addressee = sdk.Addressee{Code: "77", INN: "7700000000", Name: "Администрация"}
	a.Subcategory, a.Fact = sdk.Term{ID: "2", Name: "Ямы"}, sdk.Term{ID: "3", Name: "Яма"}
	a.Collective, a.Confidential, a.FastTrack = true, true, true
	a.Rework.Round = 2
	a.Place = sdk.Place{Region: "Тульская", RegionFIAS: "r", FIAS: "f", OKATO: "70", OKTMO: "70701000"}
	asked := map[string]string{
		"kind": `== "message"`, "channel": `== "pos"`, "organisation": `== "adm"`,
		"addressee.code": `== "77"`, "addressee.inn": `== "7700000000"`, "addressee.name": `== "Администрация"`,
		"category.id": `== "14"`, "category.name": `== "Дороги"`,
		"subcategory.id": `== "2"`, "subcategory.name": `.startsWith("Я")`, "fact.id": `in ["3"]`, "fact.name": `== "Яма"`,
		"classifier": `.matches("^0005[.]")`, "collective": "", "confidential": "", "fast_track": "", "rework.round": "> 1",
		"place.region": `.contains("Тульск")`, "place.region_fias": `== "r"`, "place.fias": `== "f"`, "place.okato": `== "70"`, "place.oktmo": `.startsWith("70")`,
		"numbers":     `.exists(n, n.system == "epgu" && n.value == "6668478383" && n.date == "2026-01-06" && n.link == "pos")`,
		"attachments": `[0].media_type == "image/jpeg"`,
	}
	a.Numbers[1].Date, a.Numbers[1].Link = sdk.Date{Year: 2026, Month: 1, Day: 6}, "pos"
	for _, name := range route.Fields() {
		condition, ok := asked[strings.TrimPrefix(name, "appeal.")]
		if !ok {
			t.Errorf("%s is not asked for in this test", name)
			continue
		}
		table := compile(t, route.Rule{From: "pos", To: []string{"rx"}, When: name + " " + condition})
		if _, ok, err := table.Match("pos", "adm", a); !ok || err != nil {
			t.Errorf("%s %s: %v, %v", name, condition, ok, err)
		}
		delete(asked, strings.TrimPrefix(name, "appeal."))
	}
	for name := range asked {
		t.Errorf("%s is not a field", name)
	}
}

func TestCompileRefuses(t *testing.T) {
	to := []string{"rx"}
	for name, c := range map[string]struct {
		rules []route.Rule
		want  []string
	}{
		"unknown field":      {[]route.Rule{{From: "pos", To: to}, {From: "api", To: to, When: `true || appeal.fasttrack`}}, []string{"routes[1]: when: column 9: ", "known: appeal.kind", "appeal.fast_track"}},
		"personal data":      {[]route.Rule{{From: "pos", To: to, When: `appeal.applicant.surname == "x"`}}, []string{"routes[0]: when: column 1", "not one to route by"}},
		"the text":           {[]route.Rule{{From: "pos", To: to, When: `appeal.text.contains("x")`}}, []string{"routes[0]: when: column 1"}},
		"not a boolean":      {[]route.Rule{{From: "pos", To: to, When: `appeal.kind`}}, []string{"routes[0]: when: column 1: the condition yields string"}},
		"a type at odds":     {[]route.Rule{{From: "pos", To: to, When: `appeal.fast_track == "yes"`}}, []string{"routes[0]: when: column 19", "no matching overload"}},
		"syntax":             {[]route.Rule{{From: "pos", To: to, When: `appeal.kind ==`}}, []string{"routes[0]: when: column 15"}},
		"the second line":    {[]route.Rule{{From: "pos", To: to, When: "appeal.fast_track &&\n appeal.x"}}, []string{"routes[0]: when: line 2, column 2"}},
		"no from":            {[]route.Rule{{To: to}}, []string{"routes[0]: from is required"}},
		"no to":              {[]route.Rule{{From: "pos"}}, []string{"routes[0]: to is required"}},
		"an empty name":      {[]route.Rule{{From: "pos", To: []string{"rx", ""}}}, []string{"routes[0]: to[1] is empty"}},
		"twice":              {[]route.Rule{{From: "pos", To: []string{"rx", "rx"}}}, []string{"routes[0]: to: rx stands there twice"}},
		"back to the source": {[]route.Rule{{From: "pos", To: []string{"pos"}}}, []string{"routes[0]: to: pos is where the appeal comes from"}},
		"a lead of others":   {[]route.Rule{{From: "pos", To: to, Lead: "delo"}}, []string{"routes[0]: lead: delo is not among to"}},
		"never reached":      {[]route.Rule{{From: "pos", To: to}, {From: "api", To: to}, {From: "pos", To: to, When: "appeal.fast_track"}}, []string{"routes[2] is never reached: routes[0] takes everything from pos"}},
		"all faults at once": {[]route.Rule{{From: "pos"}, {From: "pos", To: to, When: "1 +"}}, []string{"routes[0]: to", "routes[1]: when"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := route.Compile(c.rules)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in: %v", want, err)
				}
			}
		})
	}
}

// TestFailingCondition: it doesn't match, is reported with its rule, and the
// next rule is tried.
func TestFailingCondition(t *testing.T) {
	nested := `["a","b","c","d","e","f","g","h","i","j"]`
	for name, when := range map[string]string{
		"division by zero":  `1 / (appeal.rework.round) == 1`,
		"no such element":   `appeal.attachments[7].media_type == ""`,
		"no such key":       `appeal.numbers.exists(n, n.colour == "red")`,
		"too much to count": nested + `.all(a, ` + nested + `.all(b, ` + nested + `.all(c, ` + nested + `.all(d, a + b + c + d != appeal.kind))))`,
	} {
		t.Run(name, func(t *testing.T) {
			table := compile(t,
				route.Rule{From: "pos", To: []string{"never"}, When: when},
				route.Rule{From: "pos", To: []string{"rx"}},
			)
			got, ok, err := table.Match("pos", "adm", appeal())
			if !ok || got.Lead != "rx" {
				t.Errorf("got %v, %v", got, ok)
			}
			if err == nil || !strings.HasPrefix(err.Error(), "routes[0]: when: ") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestCheckLinks(t *testing.T) {
	rules := []route.Rule{
		{From: "pos", To: []string{"rx"}},
		{From: "api", To: []string{"rx", "delo"}},
		{From: "mail", To: []string{"api"}},
	}
	err := route.CheckLinks(rules, "rx", "pos")
	want := strings.Join([]string{
		`routes[1]: to: "delo" is not the name of a link; links: pos, rx`,
		`routes[2]: from: "mail" is not the name of a link; links: pos, rx`,
		`routes[2]: to: "api" is not the name of a link; links: pos, rx`,
	}, "\n")
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if err := route.CheckLinks(rules[:1], "rx", "pos"); err != nil {
		t.Error(err)
	}
}
