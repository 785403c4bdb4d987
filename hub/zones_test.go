package hub

import (
	"testing"

	"github.com/appealhub/appealhub/hub/link"
)

// TestZonesAreShared: organisations of one time zone hold it together, and those of one
// calendar: neither is read for each of a hundred thousand of them.
func TestZonesAreShared(t *testing.T) {
	cfg := Config{Organisations: []Organisation{
		{Key: "a", TimeZone: "Europe/Moscow"}, {Key: "b", TimeZone: "Europe/Moscow"}, {Key: "c", TimeZone: "Asia/Omsk"},
	}}
	all, _, err := cfg.practices()
	if err != nil {
		t.Fatal(err)
	}
	if all["a"].Zone != all["b"].Zone || all["c"].Zone.String() != "Asia/Omsk" {
		t.Errorf("the zones are %p, %p and %v", all["a"].Zone, all["b"].Zone, all["c"].Zone)
	}
	orgs, err := cfg.organisations()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(orgs.calendars()); n != 1 {
		t.Errorf("%d calendars are looked through at the start, for organisations that share one", n)
	}
}

// TestZoneOfLinks: times of a link are those of the organisation that it names, or
// of the only one.
func TestZoneOfLinks(t *testing.T) {
	urals := Organisation{Key: "ural", TimeZone: "Asia/Yekaterinburg"}
	one, two := Config{Organisations: []Organisation{urals}}, Config{Organisations: []Organisation{{Key: "adm", TimeZone: "Europe/Moscow"}, urals}}
	for name, test := range map[string]struct {
		cfg  Config
		of   string
		want string
	}{
		"the only one": {one, "", "Asia/Yekaterinburg"},
		"named":        {two, "ural", "Asia/Yekaterinburg"},
		"one of two":   {two, "", ""},
		"none":         {Config{}, "", ""},
	} {
		got := ""
		if zone := test.cfg.zoneOf(link.Config{Organisation: test.of}); zone != nil {
			got = zone.String()
		}
		if got != test.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
