package link_test

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

func TestOpenFillsInDefaults(t *testing.T) {
	got := open(t, link.Config{}, mute{}).Config()
	want := link.Config{
		Name: "rx", Connector: "test", Options: sdk.Options{},
		Concurrency: 8, Timeout: time.Minute, FileTimeout: 10 * time.Minute, MaxAttempts: 20, Poll: 30 * time.Second,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestCommonOptions: the link's own options are read and don't reach the
// connector; the caller's map stays as it is.
func TestCommonOptions(t *testing.T) {
	given := sdk.Options{"url": "http://x", "poll": "1s", "proxy": "env", "timestamps": "local", "tls": map[string]any{"ca": ""}}
	c := &caller{}
	l := open(t, link.Config{Options: given, Poll: time.Hour}, c)
	if cfg := l.Config(); cfg.Poll != time.Second || cfg.Proxy != "env" || cfg.Timestamps != link.LocalTimes || len(cfg.Options) != 1 {
		t.Errorf("got %+v", cfg)
	}
	if diff := cmp.Diff(sdk.Options{"url": "http://x"}, c.env.Options); diff != "" {
		t.Error(diff)
	}
	if len(given) != 5 {
		t.Errorf("the caller's options were changed: %v", given)
	}
	if c.env.Link != "rx" || c.env.HTTP == nil || c.env.Now == nil || c.env.Log == nil {
		t.Errorf("env %+v", c.env)
	}
}

func TestValidate(t *testing.T) {
	for want, cfg := range map[string]link.Config{
		`name "Rx" is not of the form`:                     {Name: "Rx"},
		`name "" is not of the form`:                       {Connector: "pos"},
		`name "api" is reserved`:                           {Name: "api"},
		"connector is required":                            {Name: "rx"},
		"concurrency -1 is less than 1":                    {Concurrency: -1},
		"timeout -1s is negative":                          {Timeout: -time.Second},
		"file_timeout -1s is negative":                     {FileTimeout: -time.Second},
		"rate -1 is not 0 or more":                         {Rate: -1},
		"rate NaN is not 0 or more":                        {Rate: math.NaN()},
		"max_attempts -1 is less than 1":                   {MaxAttempts: -1},
		"poll -1s is negative":                             {Poll: -time.Second},
		"tls.cert and tls.key go together":                 {TLS: link.TLS{Cert: "hub.pem"}},
		`proxy "http://proxy" is not "env"`:                {Proxy: "http://proxy"},
		`option poll is not a length of time`:              {Options: sdk.Options{"poll": "fast"}},
		`option poll is not a length of time such`:         {Options: sdk.Options{"poll": "-1s"}},
		`option proxy is not "env"`:                        {Options: sdk.Options{"proxy": true}},
		`option timestamps is neither utc nor local`:       {Options: sdk.Options{"timestamps": "moscow"}},
		`option tls is not a map of ca, cert and key`:      {Options: sdk.Options{"tls": "ca.pem"}},
		`option tls has no key "cacert"`:                   {Options: sdk.Options{"tls": map[string]any{"cacert": "x"}}},
		`option tls key ca is not the path of a file`:      {Options: sdk.Options{"tls": map[string]any{"ca": 1}}},
		"tls.cert and tls.key go together: one of them is": {Options: sdk.Options{"tls": map[string]any{"key": "hub.key"}}},
	} {
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	err := link.Config{Name: "Rx", Rate: -1, Options: sdk.Options{"poll": 1}}.Validate()
	if n := strings.Count(err.Error(), "\n"); n != 3 {
		t.Errorf("not all faults at once: %v", err)
	}
	if err := (link.Config{Name: "rx-2", Connector: "pos"}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestOpenNamesTheLink(t *testing.T) {
	refused := errors.New("option url is required")
	for name, c := range map[string]struct {
		cfg  link.Config
		open func(context.Context, sdk.Env) (sdk.Connector, error)
		want string
	}{
		"bad configuration": {link.Config{Name: "rx"}, nil, "link rx: connector is required"},
		"no such CA":        {link.Config{Name: "rx", Connector: "t", TLS: link.TLS{CA: "gone.pem"}}, nil, "link rx: tls.ca: open gone.pem"},
		"refused":           {link.Config{Name: "rx", Connector: "t"}, func(context.Context, sdk.Env) (sdk.Connector, error) { return nil, refused }, "link rx: option url is required"},
		"nothing opened":    {link.Config{Name: "rx", Connector: "t"}, func(context.Context, sdk.Env) (sdk.Connector, error) { return nil, nil }, "link rx: the connector opened without"},
		"panics":            {link.Config{Name: "rx", Connector: "t"}, func(context.Context, sdk.Env) (sdk.Connector, error) { panic("x") }, "link rx: open: the connector panicked"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := link.Open(t.Context(), c.cfg, sdk.Spec{Open: c.open}, link.Deps{Log: slog.New(slog.DiscardHandler)})
			if l != nil || err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestOpenMakesTheFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "links", "rx")
	c := &caller{}
	if _, err := link.Open(t.Context(), link.Config{Name: "rx", Connector: "t"}, specOf(c), link.Deps{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() || c.env.Dir != dir {
		t.Errorf("%v, %v, %s", info, err, c.env.Dir)
	}
}
