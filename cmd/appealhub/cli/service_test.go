package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// service is the folder of what runs and watches a hub.
const service = "../../../examples/service"

func readText(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// command reports whether the words after the program's name are a command of it, with its
// flags.
func command(words ...string) bool {
	a := &app{env: map[string]string{}}
	found, rest, err := a.root().Find(words)
	return err == nil && found.HasParent() && !found.HasSubCommands() && found.ParseFlags(rest) == nil
}

// TestUnit: the unit starts the hub, leaves it the time to drain, does not start it again for
// what an operator has to mend, and hands it each secret that the README names.
func TestUnit(t *testing.T) {
	set := map[string][]string{}
	for line := range strings.Lines(readText(t, service, "appealhub.service")) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			set[name] = append(set[name], value)
		}
	}
	if got := strings.Join(set["Type"], " "); got != "notify" {
		t.Errorf("it is up once it is %s, though the hub says when it is ready", got)
	}
	if got := strings.Join(set["TimeoutStartSec"], " "); got != "infinity" {
		t.Errorf("a start that migrates for long is ended after %s", got)
	}
	words := strings.Fields(strings.Join(set["ExecStart"], " "))
	if len(words) < 2 || filepath.Base(words[0]) != "appealhub" || !command(words[1:]...) {
		t.Errorf("no command starts the hub: %q", words)
	}
	if got := strings.Join(set["RestartPreventExitStatus"], " "); got != strconv.Itoa(exitUsage)+" "+strconv.Itoa(exitInvalid) {
		t.Errorf("it is not started again after %s", got)
	}
	if drain := regexp.MustCompile(`"drain": \{[^}]*"default": "10s"`); !drain.MatchString(strings.Join(strings.Fields(schemaText(t)), " ")) {
		t.Error("the drain time is another than the unit's comment says")
	}
	if stop, err := strconv.Atoi(strings.Join(set["TimeoutStopSec"], "")); err != nil || stop <= 10 {
		t.Errorf("the hub has %d s to drain", stop)
	}
	for _, m := range regexp.MustCompile(`/run/credentials/appealhub\.service/(\w+)`).FindAllStringSubmatch(readText(t, service, "README.md"), -1) {
		if !slices.ContainsFunc(set["LoadCredential"], func(c string) bool { return strings.HasPrefix(c, m[1]+":") }) {
			t.Errorf("the hub does not get %s", m[1])
		}
	}
}

// schemaText is what config schema prints.
func schemaText(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	a := &app{out: &out, errors: &out, env: map[string]string{}}
	root := a.root()
	root.SetArgs([]string{"config", "schema"})
	if err := root.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// metricNames are those that the hub's packages name.
func metricNames(t *testing.T) map[string]bool {
	t.Helper()
	whole, short := regexp.MustCompile(`"(appealhub_[a-z_]+)"`), regexp.MustCompile(`\bdesc\("([a-z_]+)"`)
	names := map[string]bool{}
	err := filepath.WalkDir("../../../hub", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text := readText(t, path)
		for _, m := range whole.FindAllStringSubmatch(text, -1) {
			names[m[1]] = true
		}
		for _, m := range short.FindAllStringSubmatch(text, -1) {
			names["appealhub_"+m[1]] = true
		}
		return nil
	})
	if err != nil || len(names) < 10 {
		t.Fatalf("%d metrics found: %v", len(names), err)
	}
	return names
}

// TestAlerts: each rule asks for metrics that the hub has, and names commands that it has.
func TestAlerts(t *testing.T) {
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
				Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(readText(t, service, "alerts.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	names, rules := metricNames(t), 0
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			rules++
			for _, name := range regexp.MustCompile(`\bappealhub_\w+`).FindAllString(r.Expr, -1) {
				if !names[name] {
					t.Errorf("%s: the hub has no %s", r.Alert, name)
				}
			}
			for _, m := range regexp.MustCompile(`(?:^|; |then )appealhub ([a-z][a-z -]*[a-z])`).FindAllStringSubmatch(r.Annotations["remedy"], -1) {
				if words := strings.Fields(strings.TrimSuffix(m[1], " shows the cause")); !command(words[:min(2, len(words))]...) {
					t.Errorf("%s: appealhub %s is no command", r.Alert, m[1])
				}
			}
			if r.Annotations["summary"] == "" || r.Annotations["remedy"] == "" {
				t.Errorf("%s says not what is wrong, or not what to do", r.Alert)
			}
		}
	}
	if rules == 0 {
		t.Error("no rule")
	}
}
