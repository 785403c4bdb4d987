package hub

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFaults: each names the file and line, the path and the cure.
func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		old, new string // put into the good file
		want     string // place: path: what
		cure     string
	}{
		"unknown key":             {"data_dir:", "data_dri:", "hub.yaml:3: data_dri: is not a setting", "did you mean data_dir?"},
		"unknown key, far off":    {"data_dir:", "whatever:", "hub.yaml:3: whatever: is not a setting", "known: apiVersion, archive_after, bus, data_dir"},
		"wrong case":              {"apiVersion:", "apiversion:", "hub.yaml:1: apiversion: is not a setting", "did you mean apiVersion?"},
		"no version":              {"apiVersion: appealhub/v1\n", "", "hub.yaml: apiVersion: is missing", "set it: apiVersion: appealhub/v1"},
		"another version":         {"appealhub/v1", "appealhub/v2", "hub.yaml:1: apiVersion: is none of appealhub/v1", "did you mean appealhub/v1?"},
		"unknown key of a link":   {"timeout: 20s", "time_out: 20s", "hub.yaml:13: links.pos.time_out: is not a setting", "did you mean timeout?"},
		"unknown option":          {"username:", "usrname:", "hub.yaml:10: links.pos.options.usrname: is not an option of pos", "did you mean username?"},
		"missing option":          {"url: http://127.0.0.1:9101, ", "", "hub.yaml:10: links.pos.options.url: is missing", "set it: address of the portal"},
		"bad common option":       {"poll: 1s", "poll: often", "hub.yaml:10: links.pos.options.poll: is not a length of time", "config schema"},
		"unset variable":          {"${POS_PASSWORD}", "${POS_PASWORD}", "hub.yaml:10: links.pos.options.password: the variable POS_PASWORD is not set", "${POS_PASWORD:-…}"},
		"no such secret file":     {"${POS_PASSWORD}", "${file:/gone/pw}", "hub.yaml:10: links.pos.options.password: the file /gone/pw can't be read", "make it"},
		"unknown connector":       {"connector: pos", "connector: poss", `hub.yaml:9: links.pos.connector: "poss" is no connector of this hub`, "did you mean pos?"},
		"no connector":            {"    connector: pos\n", "", "hub.yaml:9: links.pos.connector: is missing", "name of the connector"},
		"not a number":            {"${CALLS:-4}", "many", "hub.yaml:12: links.pos.concurrency: is not a whole number", "calls at once"},
		"less than one":           {"${CALLS:-4}", "-1", "hub.yaml:12: links.pos.concurrency: -1 is less than 1", "correct it"},
		"not a time":              {"20s", "20", "hub.yaml:13: links.pos.timeout: is not a length of time", "bound of one call"},
		"archive in days":         {"data_dir:", "archive_after: 90d\ndata_dir:", "hub.yaml:3: archive_after: is not a length of time", "2160h is 90 days"},
		"not a rate":              {"2.5", "fast", "hub.yaml:14: links.pos.rate: is not a number", "calls per second"},
		"not a size":              {"1GiB", "1Gib", "hub.yaml:6: http.max_file: is not a size such as 8MiB", "largest attachment"},
		"reserved link":           {"  rx:", "  api:", `hub.yaml:16: links.api: name "api" is reserved`, "correct it"},
		"bad link name":           {"  rx:", "  RX:", "hub.yaml:15: links.RX: is not a name", "[a-z][a-z0-9-]*"},
		"bad token name":          {"operator:", "Operator:", "hub.yaml:6: http.tokens.Operator: is not a name", "[a-z]"},
		"link twice":              {"  rx:\n", "  pos:\n", "hub.yaml:15: links.pos: is there twice: in line 8 too", "leave one"},
		"unknown organisation":    {"organisation: adm", "organisation: amd", `hub.yaml:11: links.pos.organisation: "amd" is not among the organisations`, "organisations that are there"},
		"no time zone":            {", time_zone: Europe/Moscow", "", "hub.yaml:2: organisations.adm.time_zone: is missing", "IANA name"},
		"unknown time zone":       {"Europe/Moscow", "Moscow", `hub.yaml:2: organisations.adm.time_zone: "Moscow" is no time zone`, "Europe/Moscow"},
		"time zone of the host":   {"Europe/Moscow", "Local", `organisations.adm.time_zone: "Local" is no time zone`, "Europe/Moscow"},
		"code claimed twice":      {"organisations: {", "organisations: {dup: {name: D, time_zone: UTC, codes: 77}, ", "organisations.dup.codes: 77 is adm's too", "each code once"},
		"another database":        {"journal: sqlite", "journal: mysql://u:pw@db/x", "hub.yaml:4: journal: is mysql, which is not in this version", "journal: sqlite"},
		"bad database file":       {"journal: sqlite", "journal: postgres://u:pw@db/x?sslmode=verify-full&sslrootcert=/gone/ca.pem", "hub.yaml:4: journal: sslrootcert: /gone/ca.pem can't be read: no such file or directory", "correct the path"},
		"bad database key":        {"journal: sqlite", "journal: postgres://u:pw@db/x?sslcert=/gone/c.pem&sslkey=/gone/k.pem", "hub.yaml:4: journal: sslkey: /gone/k.pem can't be read", "correct the path"},
		"bad database address":    {"journal: sqlite", "journal: postgres://u:pw@db/x?sslmode=perhaps", "hub.yaml:4: journal: is no address of a PostgreSQL database", "postgres://user"},
		"Kafka":                   {"bus: embedded", "bus: kafka://b:9092", "hub.yaml:5: bus: is kafka, which needs a journal that several nodes can share", "write journal: postgres://"},
		"open without tokens":     {`127.0.0.1:8080, tokens: {operator: "${HUB_API_TOKEN}"}`, "0.0.0.0:8080", "hub.yaml:6: http.listen: 0.0.0.0:8080 is reachable from other machines, and there are no tokens", "http.tokens"},
		"all interfaces":          {`127.0.0.1:8080, tokens: {operator: "${HUB_API_TOKEN}"}`, `":8080"`, "http.listen: :8080 is reachable", "http.tokens"},
		"a certificate alone":     {"127.0.0.1:8080", "127.0.0.1:8080, tls: {cert: hub.pem}", "hub.yaml:6: http.tls: cert and key go together", "both files"},
		"no port":                 {"127.0.0.1:8080", "127.0.0.1", `http.listen: "127.0.0.1" is not host:port`, "127.0.0.1:8080"},
		"a token of nobody's":     {`tokens: {operator: "${HUB_API_TOKEN}"}`, "local: token", "hub.yaml:6: http.local: asks everybody for a token, and there are none", "http.tokens"},
		"a right of nobody":       {"tokens: {", "rights: {grafana: read}, tokens: {", "hub.yaml:6: http.rights.grafana: names no token", "one of http.tokens"},
		"an unknown right":        {"tokens: {", "rights: {operator: write}, tokens: {", "hub.yaml:6: http.rights.operator: is none of read, submit, metrics", "read"},
		"a token's name":          {"tokens: {operator", "tokens: {local", "hub.yaml:6: http.tokens.local: is what the record calls whoever needs no token", "another name"},
		"empty token":             {`"${HUB_API_TOKEN}"`, `""`, "hub.yaml:6: http.tokens.operator: is empty", "give it a value"},
		"token with a space":      {"${HUB_API_TOKEN}", "a b", "http.tokens.operator: holds white space", "openssl"},
		"one token for two":       {"tokens: {", "tokens: {admin: t0ken, ", "http.tokens.operator: is the same as that of admin", "of its own"},
		"route from nowhere":      {"from: api", "from: apo", `hub.yaml:21: routes[2].from: "apo" is not the name of a link; links: pos, rx`, "name a link"},
		"route to nowhere":        {"{from: api, to: rx}", "{from: api, to: r}", `hub.yaml:21: routes[2].to: "r" is not the name of a link`, "name a link"},
		"broken condition":        {`appeal.fast_track'`, `appeal.fasttrack'`, "hub.yaml:19: routes[0].when: column", "correct the rule"},
		"route never reached":     {"from: api", "from: pos", "hub.yaml:21: routes[2]: is never reached", "correct the rule"},
		"route without a target":  {"{from: api, to: rx}", "{from: api}", "hub.yaml:21: routes[2].to: is missing", "links that get it"},
		"unknown policy":          {", codes:", ", policy: nearest, codes:", "organisations.adm.policy: is none of", "previous_working_day"},
		"rules that are gone":     {"data_dir:", "deadlines: {rules: /gone/rules.yaml}\ndata_dir:", "hub.yaml:3: deadlines.rules: open /gone/rules.yaml", "deadline-rules.v1"},
		"a calendar that is none": {"data_dir:", "deadlines: {calendar: hub.yaml}\ndata_dir:", "hub.yaml:3: deadlines.calendar: ", "calendar check"},
		"a distance that is none": {"data_dir:", "deadlines: {near: [5d, soon]}\ndata_dir:", `deadlines.near[1]: "soon" is no distance`, "4h"},
		"no time of the day":      {"data_dir:", "deadlines: {digest: noon}\ndata_dir:", `hub.yaml:3: deadlines.digest: "noon" is no time`, "08:00"},
		"times of no zone":        {"poll: 1s", "timestamps: moscow", "hub.yaml:10: links.pos.options.timestamps: is neither utc nor local", "config schema"},
		"a list for a map":        {"http: {listen: 127.0.0.1:8080, tokens: {operator: \"${HUB_API_TOKEN}\"}, max_file: 1GiB}", "http: [a]", "hub.yaml:6: http: is not a map", "name: value"},
		"a map for a text":        {"./data", "{a: b}", "hub.yaml:3: data_dir: is a list or a map", "one value"},
		"a text for a list":       {"routes:\n", "routes: x\nrest:\n", "hub.yaml:18: routes: is not a list", "dash"},
		"log level":               {"bus: embedded", "log: {level: loud}", "hub.yaml:5: log.level: is none of debug, info, warn, error", "write debug"},
		"anchor":                  {"./data", "&d ./data", "hub.yaml:3: data_dir: is a YAML anchor", "write the value out"},
		"not YAML":                {"bus: embedded", "bus: [", "hub.yaml:4: did not find expected", "mend the YAML"},
		"two documents":           {"bus: embedded", "bus: embedded\n---", "hub.yaml: holds a second document", "leave one"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(goodFile, c.old) {
				t.Fatalf("the good file has no %q", c.old)
			}
			path := write(t, strings.Replace(goodFile, c.old, c.new, 1))
			_, err := LoadValid(path, goodEnv, testSpecs())
			if err == nil {
				t.Fatal("no fault was found")
			}
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if strings.HasPrefix(line, filepath.Dir(path)) && strings.Contains(line, c.want) && strings.Contains(line[strings.Index(line, c.want)+len(c.want):], c.cure) {
					return
				}
			}
			t.Errorf("got\n%v\nwant %s … %s", err, c.want, c.cure)
		})
	}
}

func TestNoFile(t *testing.T) {
	empty := write(t, "# nothing\n")
	for path, want := range map[string]string{
		"/gone/hub.yaml": "/gone/hub.yaml: can't be read: no such file or directory; name the file with --config",
		empty:            empty + ": is empty; start with apiVersion: appealhub/v1",
	} {
		if _, err := LoadValid(path, nil, nil); err == nil || err.Error() != want {
			t.Errorf("got %v", err)
		}
	}
}

func TestEcho(t *testing.T) {
	secret := strings.Replace(goodFile, "http://127.0.0.1:9102/odata", "http://u:hunter2@127.0.0.1:9102/odata", 1)
	cfg, err := LoadValid(write(t, secret), goodEnv, testSpecs())
	if err != nil {
		t.Fatal(err)
	}
	got, err := cfg.Echo(testSpecs())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"t0ken", "p${X}", "0123\n", "hunter2"} {
		if strings.Contains(string(got), secret) {
			t.Errorf("%s is told", secret)
		}
	}
	for _, want := range []string{"operator: '***'", "password: '***'", "max_attempts: 20\n", "drain: 10s", "archive_after: 2160h", "max_body: 10MiB", "poll: 1s", "name: Администрация города", "answered: SOLVED"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("%s is not told:\n%s", want, got)
		}
	}
	if hidden, err := cfg.Echo(nil); err != nil || strings.Contains(string(hidden), "hub\n") {
		t.Errorf("options of unknown connectors are told: %v\n%s", err, hidden)
	}
	again, err := LoadValid(write(t, string(got)), nil, testSpecs())
	if err != nil && !strings.Contains(err.Error(), "is the same as") {
		t.Errorf("what was echoed is no configuration: %v, %+v", err, again)
	}
	if _, err := (Config{}).Echo(nil); err == nil {
		t.Error("a Config from nowhere was echoed")
	}
}

// TestEchoedAddress: whatever the form of an address, none of its secrets is told, and
// all else is.
func TestEchoedAddress(t *testing.T) {
	for address, want := range map[string]string{
		"postgres://db:5432/hub?user=hub&password=hunter2&sslmode=verify-full": "postgres://db:5432/hub?user=hub&password=hidden&sslmode=verify-full",
		"postgres://hub:hunter2@db/hub?sslkey=/k.pem&sslpassword=hunter2":      "postgres://hidden@db/hub?sslkey=/k.pem&sslpassword=hidden",
		"https://hub:hunter2%zz@rx.example/odata":                              "https://hidden@rx.example/odata",
		"https://hub:hunter#2@rx.example/odata":                                "https://hidden@rx.example/odata",
		"https://hub:hunter?2@rx.example/odata":                                "https://hidden@rx.example/odata",
		"https://hook.example/in?access_token=hunter2&terms=a@b":               "https://hook.example/in?access_token=hidden&terms=a@b",
		"s3://KEY:hunter2@bucket?endpoint=https://s3.example:9000":             "s3://hidden@bucket?endpoint=https://s3.example:9000",
		"http://127.0.0.1:9101/a@b":                                            "http://127.0.0.1:9101/a@b",
		"control@example.org":                                                  "control@example.org",
		"postgres://hub:1?hunter2@db:5432/hub?sslmode=require":                 "postgres://hidden@db:5432/hub?sslmode=require",
		"postgres://hub:1#hunter2@db/hub":                                      "postgres://hidden@db/hub",
		"postgres://db:5432?user=a@b&password=hunter2":                         "postgres://hidden@b&password=hidden",
	} {
		file := strings.Replace(goodFile, "http://127.0.0.1:9102/odata", `"`+address+`"`, 1)
		cfg, err := LoadValid(write(t, file), goodEnv, testSpecs())
		if err != nil {
			t.Fatal(err)
		}
		got, err := cfg.Echo(testSpecs())
		if err != nil || !strings.Contains(string(got), "url: "+want+"\n") || strings.Contains(string(got), "hunter") {
			t.Errorf("%s: %v\n%s", address, err, got)
		}
	}
}

func TestQuickstartFile(t *testing.T) {
	path := filepath.Join("..", "examples", "quickstart", "hub.yaml")
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path, nil); err != nil {
		t.Errorf("without any variable set: %v", err)
	}
}
