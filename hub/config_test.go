package hub

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
	"github.com/appealhub/appealhub/sdk"
)

// testSpecs are connectors that are never opened.
func testSpecs() []sdk.Spec {
	never := func(context.Context, sdk.Env) (sdk.Connector, error) { return nil, errors.New("not to be opened") }
	return []sdk.Spec{
		{Name: "pos", Open: never, Options: []sdk.Option{
			{Name: "url", Summary: "address of the portal", Required: true},
			{Name: "username"},
			{Name: "password", Summary: "password of the account", Required: true, Secret: true},
			{Name: "answer_types"},
		}},
		{Name: "directumrx", Open: never, Options: []sdk.Option{
			{Name: "url", Summary: "address of the service", Required: true},
			{Name: "password", Secret: true},
			{Name: "profile", Default: "ogv"},
		}},
	}
}

const goodFile = `apiVersion: appealhub/v1
organisations: {adm: {name: Администрация города, time_zone: Europe/Moscow, codes: [77, "7700000000"]}}
data_dir: ./data
journal: sqlite
bus: embedded
http: {listen: 127.0.0.1:8080, tokens: {operator: "${HUB_API_TOKEN}"}, max_file: 1GiB}
links:
  pos:
    connector: pos
    options: {url: http://127.0.0.1:9101, username: hub, password: "${POS_PASSWORD}", poll: 1s, answer_types: {Answered: SOLVED}}
    organisation: adm
    concurrency: ${CALLS:-4}
    timeout: 20s
    rate: 2.5
  rx:
    connector: directumrx
    options: {url: http://127.0.0.1:9102/odata, password: 0123}
routes:
  - {from: pos, to: rx, when: 'appeal.kind == "message" || appeal.fast_track'}
  - {from: pos, to: [rx], lead: rx}
  - {from: api, to: rx}
`

// env is a lookup in a map.
func env(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

var goodEnv = map[string]string{"HUB_API_TOKEN": "t0ken", "POS_PASSWORD": "p${X}: #"}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hub.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	got, err := LoadValid(write(t, goodFile), goodEnv, testSpecs())
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Organisations: []Organisation{{Key: "adm", Name: "Администрация города", TimeZone: "Europe/Moscow", Policy: "previous_working_day", Codes: []string{"77", "7700000000"}}},
		DataDir:       "./data", Journal: "sqlite", Bus: "embedded", Spool: "folder",
		HTTP: HTTP{Listen: "127.0.0.1:8080", Tokens: map[string]string{"operator": "t0ken"}, Local: "open", MaxBody: 10 << 20, MaxFile: 1 << 30},
		Links: []link.Config{
			{
				Name: "pos", Connector: "pos", Organisation: "adm", Concurrency: 4, Timeout: 20 * time.Second, FileTimeout: 10 * time.Minute, Rate: 2.5, MaxAttempts: 20,
				Options: sdk.Options{"url": "http://127.0.0.1:9101", "username": "hub", "password": "p${X}: #", "poll": "1s", "answer_types": map[string]any{"answered": "SOLVED"}},
			},
			{
				Name: "rx", Connector: "directumrx", Concurrency: 8, Timeout: time.Minute, FileTimeout: 10 * time.Minute, MaxAttempts: 20,
				Options: sdk.Options{"url": "http://127.0.0.1:9102/odata", "password": "0123"},
			},
		},
		Routes: []route.Rule{
			{From: "pos", To: []string{"rx"}, When: `appeal.kind == "message" || appeal.fast_track`},
			{From: "pos", To: []string{"rx"}, Lead: "rx"},
			{From: "api", To: []string{"rx"}},
		},
		Drain: 10 * time.Second, ArchiveAfter: 90 * 24 * time.Hour, Log: Log{Level: "info", Format: "text"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Config{})); diff != "" {
		t.Error(diff)
	}
}

// TestDefaultsAreTheLinks: what the file's form names as a link's defaults is
// what a link takes.
func TestDefaultsAreTheLinks(t *testing.T) {
	cfg, err := Load(write(t, goodFile), goodEnv)
	if err != nil {
		t.Fatal(err)
	}
	open := func(c link.Config) link.Config {
		l, err := link.Open(t.Context(), c, sdk.Spec{Open: func(context.Context, sdk.Env) (sdk.Connector, error) { return closer{}, nil }}, link.Deps{})
		if err != nil {
			t.Fatal(err)
		}
		return l.Config()
	}
	read := cfg.Links[1]
	if diff := cmp.Diff(open(link.Config{Name: read.Name, Connector: read.Connector, Options: read.Options}), open(read)); diff != "" {
		t.Error(diff)
	}
}

type closer struct{}

func (closer) Close() error { return nil }

func TestOverrides(t *testing.T) {
	vars := map[string]string{
		"HUB_API_TOKEN": "a", "POS_PASSWORD": "b",
		"APPEALHUB_HTTP__LISTEN":                                "127.0.0.1:0",
		"APPEALHUB_LOG__FORMAT":                                 "json",
		"APPEALHUB_DATA_DIR":                                    "/var/lib/appealhub",
		"APPEALHUB_HTTP__TOKENS__OPERATOR":                      "c",
		"APPEALHUB_LINKS__POS__MAX_ATTEMPTS":                    "5",
		"APPEALHUB_LINKS__RX__OPTIONS__URL":                     "http://rx",
		"APPEALHUB_LINKS__POS__OPTIONS__ANSWER_TYPES__ANSWERED": "REJECTED",
		"APPEALHUB_ORGANISATIONS__ADM__TIME_ZONE":               "Asia/Omsk",
		"APPEALHUB_JOURNAL":                                     "", // as an unset variable of a container
	}
	cfg, err := LoadValid(write(t, goodFile), vars, testSpecs())
	if err != nil {
		t.Fatal(err)
	}
	pos, rx := cfg.Links[0], cfg.Links[1]
	got := []any{cfg.HTTP.Listen, cfg.Log.Format, cfg.DataDir, cfg.HTTP.Tokens["operator"], pos.MaxAttempts, rx.Options["url"], pos.Options["answer_types"], cfg.Organisations[0].TimeZone, cfg.Journal}
	want := []any{"127.0.0.1:0", "json", "/var/lib/appealhub", "c", 5, "http://rx", map[string]any{"answered": "REJECTED"}, "Asia/Omsk", "sqlite"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	vars["APPEALHUB_LINKS__POS__TIMEOUT"] = "soon"
	_, err = LoadValid(write(t, goodFile), vars, testSpecs())
	if err == nil || !strings.Contains(err.Error(), "overridden by APPEALHUB_LINKS__POS__TIMEOUT): links.pos.timeout: is not a length of time") {
		t.Errorf("got %v", err)
	}
}

// TestStrays: a variable that overrides nothing is a fault that names it and what was
// meant; one that is another's is not.
func TestStrays(t *testing.T) {
	const written, once, lost = "is a list or a map, and a variable overrides one value; write it in the file", "is not a setting; unset it", "is not in the file, and a variable only overrides what is there; write it in the file"
	for name, want := range map[string]string{
		"HTTP__LISTENN":                "http.listenn: is not a setting; did you mean APPEALHUB_HTTP__LISTEN?",
		"HTTP_LISTEN":                  "http_listen: is not a setting; did you mean APPEALHUB_HTTP__LISTEN?",
		"FOO":                          "foo: " + once,
		"DRAIN__SOON":                  "drain.soon: " + once,
		"LINKS__POS__SPEED":            "links.pos.speed: " + once,
		"LINKS__POS__OPTIONS__URLL":    "did you mean APPEALHUB_LINKS__POS__OPTIONS__URL?",
		"LINKS__POS__OPTIONS__PROXY":   "links.pos.options.proxy: " + lost,
		"LINKS__SED__TIMEOUT":          "links.sed.timeout: " + lost,
		"HTTP__TOKENS__AUDITOR":        "http.tokens.auditor: " + lost,
		"LINKS":                        "links: " + written,
		"HTTP":                         "http: " + written,
		"LINKS__POS__OPTIONS":          "links.pos.options: " + written,
		"ROUTES":                       "routes: " + written,
		"ROUTES__0__FROM":              "routes.0.from: " + written,
		"DEADLINES__NEAR":              "deadlines.near: " + written,
		"ORGANISATIONS__ADM__CODES":    "organisations.adm.codes: " + written,
		"LINKS__POS__OPTIONS__ANSWERS": "links.pos.options.answers: " + written,

		"FSYNC_DELAY":                            "",
		"FAILPOINT":                              "",
		"CLOCK_OFFSET":                           "",
		"SECRET":                                 "",
		"NUMBER":                                 "",
		"SERVICE_HOST":                           "",
		"API_SERVICE_PORT_HTTP":                  "",
		"PORT_8080_TCP_ADDR":                     "",
		"LINKS__POS__OPTIONS__PASSWORD":          "",
		"LINKS__POS__OPTIONS__ANSWERS__ANSWERED": "",
	} {
		file := strings.NewReplacer("${POS_PASSWORD}", "${APPEALHUB_SECRET}", "${CALLS:-4}", "${APPEALHUB_NUMBER:-4}", "answer_types:", "answers:").Replace(goodFile)
		name = "APPEALHUB_" + name
		vars := map[string]string{"HUB_API_TOKEN": "t", "APPEALHUB_SECRET": "s", name: "7"}
		_, err := Load(write(t, file), vars)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: got %v", name, err)
		case want != "" && (err == nil || !strings.HasPrefix(err.Error(), name+": ") || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v", name, err)
		}
		if vars[name] = ""; want != "" {
			if _, err := Load(write(t, file), vars); err != nil {
				t.Errorf("%s, empty: got %v", name, err)
			}
		}
	}
	if _, err := Load(write(t, goodFile), map[string]string{"HUB_API_TOKEN": "t", "POS_PASSWORD": "p", "APPEALHUB_PORT": "tcp://10.0.0.1:8080"}); err != nil {
		t.Errorf("a Service's: %v", err)
	}
}

// TestStraysFaults: what the file itself is wrong in is told once, and hides nothing.
func TestStraysFaults(t *testing.T) {
	file := strings.NewReplacer("options: {url: http://127.0.0.1:9101", "options: &all {url: http://127.0.0.1:9101", "bus: embedded", "bus: none").Replace(goodFile)
	_, err := LoadValid(write(t, file), map[string]string{"HUB_API_TOKEN": "t", "POS_PASSWORD": "p", "APPEALHUB_LINKS__POS__OPTIONS__URL": "5s", "APPEALHUB_FOO": "hunter2"}, testSpecs())
	var all *ConfigError
	if !errors.As(err, &all) {
		t.Fatal(err)
	}
	var paths []string
	for _, f := range all.Faults {
		paths = append(paths, f.Path)
	}
	if diff := cmp.Diff([]string{"links.pos.options", "foo", "bus"}, paths); diff != "" || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%s\n%v", diff, err)
	}
}

func TestExpand(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s3cret\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	vars := env(map[string]string{"A": "1", "EMPTY": "", "REF": "${A}"})
	for in, want := range map[string]string{
		"plain":                  "plain",
		"${A}":                   "1",
		"x${A}y${A}z":            "x1y1z",
		"${B:-two}":              "two",
		"${EMPTY:-two}":          "two",
		"${EMPTY}":               "",
		"${B:-}":                 "",
		"${B:-http://a:1/b}":     "http://a:1/b",
		"${REF}":                 "${A}",
		"$${A}":                  "${A}",
		"$A $$ 5$":               "$A $$ 5$",
		"${file:" + secret + "}": "s3cret",
	} {
		if got, err := expand(in, vars); err != nil || got != want {
			t.Errorf("%s: got %q, %v", in, got, err)
		}
	}
	for in, want := range map[string]string{
		"${B}":               "the variable B is not set",
		"${A":                "has ${ without }",
		"${}":                "refers to no name",
		"${A-b}":             "refers to no name",
		"${file:/gone/file}": "the file /gone/file can't be read",
	} {
		if _, err := expand(in, vars); err == nil || !strings.Contains(err.what, want) || err.cure == "" {
			t.Errorf("%s: got %+v", in, err)
		}
	}
}

// TestAllFaultsAtOnce: of the form and of the meaning, each once.
func TestAllFaultsAtOnce(t *testing.T) {
	_, err := LoadValid(write(t, `apiVersion: appealhub/v1
organisations: {adm: {name: A, time_zone: Europe/Moskau}}
journal: mysql://hub:hunter2@db/hub
links:
  pos: {conector: pos, options: {url: x}}
  rx: {connector: directumrx, options: {urll: x, password: hunter2}}
`), nil, testSpecs())
	var all *ConfigError
	if !errors.As(err, &all) {
		t.Fatal(err)
	}
	var paths []string
	for _, f := range all.Faults {
		paths = append(paths, f.Path)
	}
	want := []string{"links.pos.conector", "links.pos.connector", "journal", "organisations.adm.time_zone", "links.rx.options.url", "links.rx.options.urll"}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("%s\n%v", diff, err)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a secret is told: %v", err)
	}
}
