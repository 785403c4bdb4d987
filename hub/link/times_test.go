package link_test

import (
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// TestLocalTimes: a connector is told the zone of times that its system marks as
// UTC, where they are local ones.
func TestLocalTimes(t *testing.T) {
	omsk := time.FixedZone("+06", 6*60*60)
	for said, want := range map[string]*time.Location{"": nil, "utc": nil, "local": omsk} {
		c := &caller{}
		options := sdk.Options{}
		if said != "" {
			options["timestamps"] = said
		}
		cfg := link.Config{Name: "pos", Connector: "test", Options: options}
		if _, err := link.Open(t.Context(), cfg, specOf(c), link.Deps{Zone: omsk}); err != nil {
			t.Fatal(err)
		}
		if c.env.LocalTimes != want {
			t.Errorf("timestamps %q: the connector is told of %v", said, c.env.LocalTimes)
		}
	}
}
