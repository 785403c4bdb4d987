package hub

import "testing"

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
