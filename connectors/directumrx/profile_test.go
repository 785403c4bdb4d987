package directumrx

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/sdk"
)

func TestEmbeddedProfiles(t *testing.T) {
	for _, name := range profileNames() {
		if _, err := loadProfile(name); err != nil {
			t.Error(err)
		}
	}
	if got := strings.Join(profileNames(), " "); got != "incoming_letters ogv" {
		t.Errorf("embedded: %s", got)
	}
}

// TestProfileFaults changes the embedded profile in one place at a time.
func TestProfileFaults(t *testing.T) {
	raw, err := embedded.ReadFile("profiles/ogv.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ old, new, says string }{
		"no status":       {"Sending: {status: in_work,", "Sending: {", "execution_states: Sending has no canonical status"},
		"unknown status":  {"Denied: {status: refused,", "Denied: {status: declined,", `review_results: Denied names the unknown status "declined"; known: received`},
		"unknown outcome": {"outcome: explained", "outcome: told", `Explained names the unknown outcome "told"`},
		"outcome alone":   {"Transferred: {status: forwarded,", "Transferred: {status: forwarded, outcome: supported,", "outcome, which belongs to the status answered"},
		"life cycle":      {"Active: {status: delivered, label: Действующий}", "Active: {label: Действующий}", "life_cycle_states: Active has no canonical status"},
		"unknown key":     {"constants:", "constant:", "constant"},
		"key in entry":    {"label: Отказано", "lable: Отказано", "lable"},
		"unset property":  {"external_id: Note", "external_id:", "external_id is not set"},
		"unset set":       {"entity_set: IRequests", "entity_set: ''", "entity_set is not set"},
		"unset in state":  {"execution: ExecutionState", "execution: ''", "state.execution is not set"},
		"unset person":    {"set: IPersons", "set: ''", "correspondent.person.set is not set"},
		"unset question":  {"code: FullCode", "code: ''", "questions.code is not set"},
		"code":            {"Мусор: 0005.0005.0056.1160", "Мусор: 5.5.56", "questions.codes: Мусор: \"5.5.56\" is no code"},
		"unknown value":   {"FullName: full_name", "FullName: fullname", `FullName names the value "fullname"; known: name`},
		"injection":       {"external_id: Note", "external_id: Note eq 1 or Id", "is no name of an entity set or property"},
		"twice":           {"Email: email", "FullName: email", "already defined"},
		"wrong type":      {"names: [", "names: 5 #", "line"},
		"both ways":       {"property: AnswerLetter", "property: AnswerLetter\n  by: InResponseTo", "answer needs one of property and by"},
		"below nothing":   {"unfinished: {after: 72h", "unfinished: {after: -1h", "unfinished.after: -1h0m0s is less than nothing"},
		"no duration":     {"unfinished: {after: 72h", "unfinished: {after: soon", "soon"},
		"its property":    {"since: Modified", "since: Modified by", `unfinished.since: "Modified by" is no name`},
		"draft's name":    {"draft: {LifeCycleState:", "draft: {Life Cycle:", `answer.draft: Life Cycle: "Life Cycle" is no name`},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(string(raw), test.old, test.new, 1)
			if changed == string(raw) {
				t.Fatal("nothing was changed")
			}
			if _, err := parseProfile([]byte(changed)); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want it to say %q", err, test.says)
			}
		})
	}
	if _, err := parseProfile(nil); err == nil || !strings.Contains(err.Error(), "entity_set is not set") {
		t.Errorf("an empty file: %v", err)
	}
}

func TestProfileOption(t *testing.T) {
	raw, err := embedded.ReadFile("profiles/ogv.yaml")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(raw), "external_id: Note", "external_id: ExternalId")), 0o600); err != nil {
		t.Fatal(err)
	}
	base := sdk.Options{"url": "http://127.0.0.1:9/Integration/odata/", "username": "hub", "password": "p"}
	with := func(name string, value any) sdk.Options {
		o := sdk.Options{name: value}
		for k, v := range base {
			if _, given := o[k]; !given {
				o[k] = v
			}
		}
		return o
	}
	cfg, err := readConfig(with("profile", path))
	if err != nil || cfg.profile.ExternalID != "ExternalId" || cfg.base.String() != "http://127.0.0.1:9/Integration/odata" || cfg.serverTimeout.Seconds() != 600 {
		t.Errorf("got %+v, %v", cfg, err)
	}
	for _, test := range []struct {
		name string
		o    sdk.Options
		says string
	}{
		{"unknown profile", with("profile", "sap"), `there is no profile "sap"; known: incoming_letters, ogv`},
		{"no file", with("profile", path+"x"), "no such file"},
		{"auth", with("auth", "kerberos"), "option auth is not basic or header"},
		{"zone", with("time_zone", "Mars"), "option time_zone"},
		{"batch", with("batch_size", 41), "option batch_size is not 1 to 40"},
		{"timeout", with("server_timeout", "soon"), "option server_timeout"},
		{"query", with("url", "http://x/?a=b"), "option url is no plain address"},
		{"unit", with("business_unit", "adm"), "option business_unit"},
		{"unknown", with("token", "x"), "option token is not an option"},
		{"required", sdk.Options{}, "option password is required"},
	} {
		if _, err := readConfig(test.o); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v, want it to say %q", test.name, err, test.says)
		}
	}
}
