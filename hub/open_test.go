package hub

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal/postgres"
	"github.com/appealhub/appealhub/hub/journal/postgres/pgtest"
	"github.com/appealhub/appealhub/sdk"
)

// TestTopicsBeforeSchema: a start that the topics refuse leaves the database as it was.
func TestTopicsBeforeSchema(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t)
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	k, err := bus.Open(t.Context(), bus.Config{Brokers: c.ListenAddrs(), Partitions: 2, Replication: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	s := &sink{seen: map[string]int{}}
	cfg := hubOf(t, server.URL(t), "kafka://"+strings.Join(c.ListenAddrs(), ",")+"?partitions=3&replication=1")
	_, err = Open(t.Context(), cfg, []sdk.Spec{s.spec()}, slog.New(slog.DiscardHandler), "test")
	if err == nil || !strings.Contains(err.Error(), "has 2 partitions, and bus says 3") {
		t.Errorf("it opened, or: %v", err)
	}
	if is, err := postgres.Check(t.Context(), cfg.Journal); err != nil || is.Schema != 0 {
		t.Errorf("the database has schema %d, %v", is.Schema, err)
	}
}
