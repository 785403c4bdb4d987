package status_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/status"
	"github.com/appealhub/appealhub/sdk"
)

var update = flag.Bool("update", false, "write the generated table into doc.go")

const (
	begin = "// moves begin\n"
	end   = "// moves end\n"
)

// TestDiagram holds the table in the package's doc equal to Moves.
func TestDiagram(t *testing.T) {
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(source), begin)
	written, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("doc.go has lost the marks %q and %q", begin, end)
	}
	want := diagram()
	if *update {
		if err := os.WriteFile("doc.go", []byte(head+begin+want+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, written); diff != "" {
		t.Errorf("the table in doc.go is not that of Moves; run go test ./hub/status -update (-want +got):\n%s", diff)
	}
}

// diagram draws Moves as an indented table of comment lines.
func diagram() string {
	marks := map[status.Move]string{}
	for _, m := range status.Moves() {
		mark := "x"
		if m.Reopens {
			mark = "o"
		}
		marks[status.Move{From: m.From, To: m.To}] = mark
	}
	all := sdk.Statuses()
	var b strings.Builder
	b.WriteString("//\n")
	for i := range all {
		fmt.Fprintf(&b, "//\t%-16s%s\n", "", strings.Repeat("| ", i)+string(all[i]))
	}
	for _, from := range all {
		line := fmt.Sprintf("%-16s", from)
		for _, to := range all {
			mark := marks[status.Move{From: from, To: to}]
			switch {
			case mark == "" && from == to:
				mark = "\\"
			case mark == "":
				mark = "."
			}
			line += mark + " "
		}
		fmt.Fprintf(&b, "//\t%s\n", strings.TrimRight(line, " "))
	}
	b.WriteString("//\n")
	return b.String()
}
