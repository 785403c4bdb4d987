// Package appealhub_test holds what is true of the whole module: who may
// import whom.
package appealhub_test

import (
	"encoding/json"
	"os/exec"
	"path"
	"strings"
	"testing"
)

const module = "github.com/appealhub/appealhub"

// edges is the table of rooms: what a package may import of ours, the first
// matching row deciding. A name ending in /... stands for the package and all
// below it. Third-party modules are free but where closed says otherwise.
var edges = []struct {
	from   string
	may    []string
	closed bool // standard library only, beside may
}{
	{from: "schemas", closed: true},
	{from: "testdata", closed: true},
	{from: "sdk", closed: true},
	{from: "sdk/...", may: []string{"sdk"}, closed: true},
	{from: "connectors", may: []string{"sdk", "connectors/..."}},
	{from: "connectors/internal/...", may: []string{"sdk", "connectors/internal/..."}},
	{from: "connectors/*/*sim", may: []string{"connectors/internal/...", "testdata"}},
	{from: "connectors/*", may: []string{"sdk", "connectors/internal/...", "own/..."}},
	{from: "connectors/*/*", may: []string{"sdk", "connectors/internal/...", "own/..."}},
	{from: "hub/status", may: []string{"sdk"}},
	{from: "hub/route", may: []string{"sdk"}},
	{from: "hub/deadline", may: []string{"sdk"}},
	{from: "hub/internal/failpoint", closed: true},
	{from: "hub/internal/seldom", closed: true},
	{from: "hub/internal/document", may: []string{"sdk"}},
	{from: "hub/journal", may: []string{"sdk", "hub/internal/document"}},
	{from: "hub/journal/transfer", may: []string{"hub/journal", "hub/journal/sqlite", "hub/journal/postgres"}},
	{from: "hub/journal/*", may: []string{"sdk", "hub/journal", "hub/internal/failpoint"}},
	{from: "hub/journal/postgres/pgtest"},
	{from: "hub/report", may: []string{"sdk", "hub/deadline", "hub/journal"}}, // pure as its neighbours; it reads views of the journal and counts by deadlines
	{from: "hub/spool", may: []string{"sdk"}},
	{from: "hub/link", may: []string{"sdk"}},
	{from: "hub/bus", may: []string{"sdk", "hub/journal", "hub/internal/failpoint", "hub/internal/seldom"}},
	{from: "hub/intake", may: []string{"sdk", "hub/bus", "hub/link", "hub/journal", "hub/spool", "schemas", "hub/internal/document", "hub/internal/failpoint"}},
	{from: "hub/dispatch", may: []string{"sdk", "hub/link", "hub/journal", "hub/spool", "hub/internal/failpoint"}},
	{from: "hub/api", may: []string{"sdk", "hub/link", "hub/bus", "hub/journal", "hub/intake", "hub/dispatch", "hub/spool", "hub/route", "hub/status", "hub/deadline", "hub/report", "schemas", "hub/internal/seldom"}},
	{from: "hub", may: []string{"sdk", "schemas", "hub/..."}},
	{from: "cmd/appealhub", may: []string{"cmd/appealhub/cli", "connectors"}},
	{from: "cmd/appealhub/cli", may: []string{"sdk", "schemas", "hub/..."}},
	{from: "cmd/...", may: []string{"..."}},
	{from: "examples/...", may: []string{"..."}},
}

// fakes are simulators and test kits: only tests, examples and cmd/appealkit
// see them.
func fake(pkg string) bool {
	base := path.Base(pkg)
	return strings.HasPrefix(pkg, "connectors/") && strings.HasSuffix(base, "sim") || base == "sdktest" || base == "journaltest" || base == "pgtest"
}

func matches(pattern, pkg string) bool {
	if pattern == "..." || pattern == pkg {
		return true
	}
	if dir, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == dir || strings.HasPrefix(pkg, dir+"/")
	}
	ok, _ := path.Match(pattern, pkg)
	return ok
}

// own is the connector's folder that a package lies in: connectors/pos.
func own(pkg string) string {
	parts := strings.SplitN(pkg, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// forbidden says why from may not import to; empty where it may.
func forbidden(from, to string) string {
	ours := to == module || strings.HasPrefix(to, module+"/")
	to = strings.TrimPrefix(to, module+"/")
	thirdParty := !ours && strings.Contains(strings.SplitN(to, "/", 2)[0], ".")
	if ours && fake(to) && !fake(from) && !matches("cmd/appealkit/...", from) && !matches("examples/...", from) {
		return "a fake is seen by tests, examples and cmd/appealkit only"
	}
	for _, row := range edges {
		if !matches(row.from, from) {
			continue
		}
		if thirdParty && row.closed {
			return "the standard library only"
		}
		if !ours {
			return ""
		}
		for _, may := range row.may {
			if matches(strings.Replace(may, "own/", own(from)+"/", 1), to) {
				return ""
			}
		}
		return "not in its row of the table"
	}
	return "the package has no row in the table"
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if p.ImportPath == module {
			continue
		}
		packages++
		from := strings.TrimPrefix(p.ImportPath, module+"/")
		for _, to := range p.Imports {
			if why := forbidden(from, to); why != "" {
				t.Errorf("%s imports %s: %s", from, strings.TrimPrefix(to, module+"/"), why)
			}
		}
	}
	if packages < 5 {
		t.Fatalf("only %d packages were looked at", packages)
	}
}

// TestForbidden shows that the table refuses what it is there to refuse.
func TestForbidden(t *testing.T) {
	for _, edge := range []struct{ from, to string }{
		{"sdk", "github.com/google/uuid"},
		{"sdk", module + "/hub/journal"},
		{"hub/intake", module + "/connectors/pos"},
		{"connectors/pos", module + "/hub/link"},
		{"connectors/pos", module + "/connectors/directumrx"},
		{"connectors/pos/possim", module + "/hub/journal"},
		{"connectors/pos/possim", module + "/sdk"},
		{"hub/route", module + "/hub/journal"},
		{"cmd/appealhub", module + "/connectors/pos/possim"},
		{"cmd/appealhub/cli", module + "/connectors"},
		{"hub", module + "/connectors"},
		{"somewhere/new", module + "/sdk"},
	} {
		if forbidden(edge.from, edge.to) == "" {
			t.Errorf("%s may import %s", edge.from, edge.to)
		}
	}
}
