//go:build services

package services

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestExample: examples/kafka as it is. A broker with compose.yaml's settings is what
// hub.yaml asks for, what produce.sh sends is an appeal, and consume.sh shows what
// happened to it, without personal data.
func TestExample(t *testing.T) {
	broker := composedBroker(t)
	x := newExampleHub(t, start(t, Config{Only: []string{Postgres}}), "KAFKA_BROKERS="+broker)
	await(t, "check is content with the servers", func() bool {
		said, code := x.run("check", "--config", x.config())
		return code == 0 && strings.Count(said, "remedy: ") == 1 && strings.Contains(said, "replication=1: ")
	})
	if _, err := exec.LookPath("kcat"); err != nil {
		t.Skip("kcat is not there (Debian: apt-get install kcat): the scripts of examples/kafka are not tried")
	}
	x.serve()
	for range 2 { // the second time it is a duplicate
		x.script("produce.sh", filepath.Join(root, "examples", "quickstart", "appeal.json"), "k2")
	}
	id := regexp.MustCompile(`id +(\S+)`).FindStringSubmatch(x.eventually("known as", "appeal", "get", "api/k2"))[1]
	var said string
	await(t, "consume.sh shows the delivery", func() bool {
		said = x.script("consume.sh", "appeals.events.v1", "-e")
		return strings.Contains(said, "ce_hubkind=delivery.done")
	})
	lines := strings.Split(strings.TrimSpace(said), "\n")
	for i, kind := range []string{"appeal.received", "delivery.done"} {
		if i >= len(lines) || !strings.HasPrefix(lines[i], id+" ") || !strings.Contains(lines[i], "ce_hubkind="+kind) || !strings.Contains(lines[i], "ce_dataref=/api/v1/appeals/"+id) {
			t.Errorf("line %d of the feed is not %s of %s:\n%s", i, kind, id, said)
		}
	}
	if strings.Contains(said, "Образцова") || strings.Contains(said, "Садовой") {
		t.Errorf("personal data in the feed: %s", said)
	}
	if n := x.appeals(); n != 1 {
		t.Errorf("%d appeals of one that was produced twice", n)
	}
}

// script runs one of examples/kafka's scripts and returns its output.
func (x *exampleHub) script(name string, args ...string) string {
	x.t.Helper()
	c := x.command(filepath.Join(root, "examples", "kafka", name), args...)
	out, err := c.Output()
	if err != nil {
		x.t.Fatalf("%s: %v: %s", name, err, out)
	}
	return string(out)
}
