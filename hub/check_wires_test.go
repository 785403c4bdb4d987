package hub

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// TestCheckWires: a connection to another machine that nothing protects is warned of,
// with what to do; one within this machine, or with a verified certificate, is not.
func TestCheckWires(t *testing.T) {
	to := func(url string) Config {
		return Config{Links: []link.Config{{Name: "rx", Connector: "directumrx", Options: sdk.Options{"url": url}}}}
	}
	for name, c := range map[string]struct {
		cfg  Config
		warn string // setting; empty: none
	}{
		"a database":                   {Config{Journal: "postgres://hub:p@db:5432/hub"}, "journal"},
		"one without TLS":              {Config{Journal: "postgres://hub:p@db/hub?sslmode=disable"}, "journal"},
		"one that may be another":      {Config{Journal: "postgres://hub:p@db/hub?sslmode=require"}, "journal"},
		"one of several":               {Config{Journal: "postgres://hub:p@localhost,db2/hub"}, "journal"},
		"one that is verified":         {Config{Journal: "postgres://hub:p@db/hub?sslmode=verify-full"}, ""},
		"one here":                     {Config{Journal: "postgres://hub:p@127.0.0.1/hub"}, ""},
		"one at a socket":              {Config{Journal: "postgres:///hub?host=/run/postgresql"}, ""},
		"a file":                       {Config{Journal: "sqlite", Bus: Embedded, Spool: "folder"}, ""},
		"brokers":                      {Config{Bus: "kafka://localhost:9092,k2:9092"}, "bus"},
		"brokers with TLS":             {Config{Bus: "kafka://k1:9092?tls=true"}, ""},
		"brokers here":                 {Config{Bus: "kafka://[::1]:9092"}, ""},
		"a bucket":                     {Config{Spool: "s3://k:s@b?endpoint=http://s3.example:9000"}, "spool"},
		"a bucket with TLS":            {Config{Spool: "s3://k:s@b?endpoint=https://s3.example:9000"}, ""},
		"a bucket here":                {Config{Spool: "s3://k:s@b?endpoint=http://127.0.0.1:9000"}, ""},
		"a link":                       {to("http://rx.example/Integration/odata"), "links.rx"},
		"a link by another address":    {to("HTTP://10.0.0.7:80/odata"), "links.rx"},
		"a link with TLS":              {to("https://rx.example/Integration/odata"), ""},
		"a link here":                  {to("http://localhost:9102/odata"), ""},
		"a link without an address":    {to(""), ""},
		"a link whose address is none": {to("http://rx%zz/"), ""},
	} {
		got := checkWires(c.cfg)
		switch {
		case c.warn == "" && len(got) > 0:
			t.Errorf("%s: %+v", name, got)
		case c.warn != "" && (len(got) != 1 || got[0].Path != c.warn || got[0].Kind != FindingWarning || got[0].Remedy == ""):
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestWiresAreChecked: the warnings are among what a check finds.
func TestWiresAreChecked(t *testing.T) {
	cfg := Config{DataDir: t.TempDir(), Journal: "sqlite", Bus: Embedded, Links: []link.Config{{Name: "sys", Connector: "asker", Options: sdk.Options{"url": "http://nowhere.invalid"}}}}
	all := Check(t.Context(), cfg, []sdk.Spec{askerSpec()}, slog.New(slog.DiscardHandler))
	if last := all[len(all)-1]; last.Kind != FindingWarning || last.Link != "sys" || !strings.Contains(last.Remedy, "https") {
		t.Errorf("%+v", all)
	}
}
