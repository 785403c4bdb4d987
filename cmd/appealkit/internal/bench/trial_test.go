package bench

import (
	"slices"
	"strings"
	"testing"
)

// TestArgs: a trial's process is given what the trial says, and nothing empty.
func TestArgs(t *testing.T) {
	one := trial{mode: "hub", dir: "d", address: "http://r"}
	if got := one.args("a:1"); slices.Contains(got, "") || strings.Join(got, " ") != "bench process hub --dir d --listen a:1 --receiver http://r --journal sqlite --bus embedded" {
		t.Errorf("%q", got)
	}
	one.second, one.journal, one.bus = "http://s", "postgres://p", "kafka://k"
	if got := strings.Join(one.args("a:1"), " "); !strings.HasSuffix(got, "--journal postgres://p --bus kafka://k --second http://s") {
		t.Errorf("%s", got)
	}
}
