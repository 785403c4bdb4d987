package hub

import (
	"context"
	"log/slog"
	"testing"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
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

// TestZoneOfLinks: times of a link that are local are those of the organisation that it
// names, or of the only one, and its connector is told of that zone.
func TestZoneOfLinks(t *testing.T) {
	urals := Organisation{Key: "ural", TimeZone: "Asia/Yekaterinburg"}
	one, two := []Organisation{urals}, []Organisation{{Key: "adm", TimeZone: "Europe/Moscow"}, urals}
	for name, test := range map[string]struct {
		all  []Organisation
		of   string
		want string
	}{
		"the only one": {one, "", "Asia/Yekaterinburg"},
		"named":        {two, "ural", "Asia/Yekaterinburg"},
		"one of two":   {two, "", ""},
		"none":         {nil, "", ""},
	} {
		got := ""
		spec := sdk.Spec{Name: "t", Open: func(_ context.Context, env sdk.Env) (sdk.Connector, error) {
			if env.LocalTimes != nil {
				got = env.LocalTimes.String()
			}
			return closer{}, nil
		}}
		cfg := Config{Organisations: test.all, DataDir: t.TempDir(), Links: []link.Config{{Name: "pos", Connector: "t", Organisation: test.of, Timestamps: link.LocalTimes}}}
		orgs, err := cfg.organisations()
		if err != nil {
			t.Fatal(err)
		}
		links, err := openLinks(t.Context(), cfg, []sdk.Spec{spec}, orgs, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range links {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		}
		if got != test.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
