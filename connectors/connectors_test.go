package connectors_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/appealhub/appealhub/connectors"
)

// TestAll: names are there once, in order, and every option can be written in a
// configuration file.
func TestAll(t *testing.T) {
	var names []string
	form := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	for _, s := range connectors.All() {
		names = append(names, s.Name)
		if s.Summary == "" || s.Open == nil {
			t.Errorf("%s lacks its summary or Open", s.Name)
		}
		for _, o := range s.Options {
			if !form.MatchString(o.Name) || o.Summary == "" {
				t.Errorf("%s: option %q, %q", s.Name, o.Name, o.Summary)
			}
			if o.Name == "poll" || o.Name == "proxy" || o.Name == "tls" {
				t.Errorf("%s: option %s is every link's", s.Name, o.Name)
			}
		}
	}
	if len(names) == 0 || !slices.IsSorted(names) || len(slices.Compact(names)) != len(connectors.All()) {
		t.Errorf("got %v", names)
	}
}
