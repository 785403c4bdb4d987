package services

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// root is the module's folder.
var root = filepath.Join("..", "..", "..", "..")

// right is one operation on a topic or a group.
type right struct{ Kind, Name, Operation string }

// scripted are the rights that examples/kafka/acls.sh gives to the user hub. The
// script runs as it is, with a kafka-acls.sh that writes down its arguments.
func scripted(t *testing.T, env ...string) []right {
	t.Helper()
	bin, told := t.TempDir(), filepath.Join(t.TempDir(), "told")
	if err := os.WriteFile(filepath.Join(bin, "kafka-acls.sh"), []byte("#!/bin/sh\necho \"$@\" >>'"+told+"'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(filepath.Join(root, "examples", "kafka", "acls.sh"), Hub)
	c.Env = append(os.Environ(), append(env, "PATH="+bin+":"+os.Getenv("PATH"))...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	raw, err := os.ReadFile(told)
	if err != nil {
		t.Fatal(err)
	}
	var all []right
	for line := range strings.Lines(string(raw)) {
		all = append(all, commanded(t, line)...)
	}
	return all
}

// commanded are the rights that one command of kafka-acls gives to the user hub.
func commanded(t *testing.T, line string) []right {
	t.Helper()
	given := map[string][]string{}
	words := strings.Fields(line)
	for i, word := range words {
		if strings.HasPrefix(word, "--") && i+1 < len(words) {
			given[word] = append(given[word], words[i+1])
		}
	}
	if !slices.Contains(words, "--add") || !slices.Equal(given["--allow-principal"], []string{"User:" + Hub}) {
		t.Fatalf("it gives nothing to %s: %s", Hub, line)
	}
	var all []right
	for _, kind := range []string{"topic", "group"} {
		for _, name := range given["--"+kind] {
			for _, operation := range given["--operation"] {
				all = append(all, right{kind, name, operation})
			}
		}
	}
	if len(all) == 0 {
		t.Fatalf("it gives nothing: %s", line)
	}
	return all
}

// TestRightsAreDocumented: README's table and examples/kafka/acls.sh give the same
// rights.
func TestRightsAreDocumented(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var told, given []string
	for _, row := range regexp.MustCompile("(?m)^\\| (topic|group) `([^`]+)` \\| (.*) \\|$").FindAllStringSubmatch(string(raw), -1) {
		for _, operation := range regexp.MustCompile("`([A-Z_]+)`").FindAllStringSubmatch(row[3], -1) {
			told = append(told, row[1]+" "+row[2]+" "+strings.ReplaceAll(operation[1], "_", ""))
		}
	}
	for _, r := range scripted(t) {
		given = append(given, r.Kind+" "+r.Name+" "+strings.ToUpper(r.Operation))
	}
	slices.Sort(told)
	slices.Sort(given)
	if d := cmp.Diff(told, given); d != "" {
		t.Errorf("README and acls.sh differ:\n%s", d)
	}
	if more := scripted(t, "CREATE=yes", "PREFIX=city-"); len(more) != len(given)+3 || !strings.HasPrefix(more[0].Name, "city-") {
		t.Errorf("with CREATE and PREFIX: %v", more)
	}
}
