package hub

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// deaf is a connector whose calls heed no context.
type deaf struct{ called, end chan struct{} }

func (d *deaf) Close() error { return nil }

func (d *deaf) FetchAppeals(context.Context, sdk.Cursor) (sdk.Page[sdk.Appeal], error) {
	close(d.called)
	<-d.end
	return sdk.Page[sdk.Appeal]{}, nil
}

// TestDeafConnector: a call that does not end keeps no hub from ending, and is named.
func TestDeafConnector(t *testing.T) {
	d := &deaf{called: make(chan struct{}), end: make(chan struct{})}
	defer close(d.end)
	cfg := Config{
		Organisations: []Organisation{{Key: "adm", Name: "A", TimeZone: "Europe/Moscow"}}, DataDir: t.TempDir(), Journal: "sqlite", Bus: Embedded,
		HTTP: HTTP{Listen: "127.0.0.1:0"}, Drain: 100 * time.Millisecond, Links: []link.Config{{Name: "old", Connector: "deaf"}},
	}
	h, err := Open(t.Context(), cfg, []sdk.Spec{{Name: "deaf", Open: func(context.Context, sdk.Env) (sdk.Connector, error) { return d, nil }}}, slog.New(slog.DiscardHandler), "test")
	if err != nil {
		t.Fatal(err)
	}
	h.grace = 100 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- h.Run(ctx) }()
	<-d.called
	cancel()
	ends := func(what, says string, f func() error) {
		t.Helper()
		done := make(chan error, 1)
		go func() { done <- f() }()
		select {
		case err := <-done:
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %v", what, err)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s does not end", what)
		}
	}
	ends("run", "intake: a connector's call did not end", func() error { return <-ran })
	ends("close", "link old: a connector's call did not end", h.Close)
}
