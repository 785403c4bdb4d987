package directumrx

import (
	"net/url"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// config is what the options say.
type config struct {
	base          *url.URL
	username      string
	password      string
	headers       bool // Username and Password headers in place of Basic
	profile       profile
	zone          *time.Location
	serverTimeout time.Duration
	batch         int
	businessUnit  int
	documentKind  int
}

// maxBatch keeps a filter by ids below the 2,048 bytes of query that IIS takes
// by default.
const maxBatch = 40

func options() []sdk.Option {
	return []sdk.Option{
		{Name: "url", Summary: "address of the integration service, with /Integration/odata", Required: true},
		{Name: "username", Summary: "name of the account", Required: true},
		{Name: "password", Summary: "password of the account", Required: true, Secret: true},
		{Name: "auth", Summary: "basic, or header: the headers Username and Password", Default: "basic"},
		{Name: "profile", Summary: "entity set, properties and status tables: ogv, incoming_letters, or the path of a file", Default: "ogv"},
		{Name: "time_zone", Summary: "zone of dates that are sent, and of times that come without one", Default: "Europe/Moscow"},
		{Name: "server_timeout", Summary: "the server's own time limit: a create that timed out is not tried again sooner", Default: "600s"},
		{Name: "batch_size", Summary: "documents per request when states are read, 1 to 40", Default: "30"},
		{Name: "business_unit", Summary: "id of the business unit (наша организация) of new documents; 0 leaves it to the server", Default: "0"},
		{Name: "document_kind", Summary: "id of the kind of new documents; 0: by the profile's names", Default: "0"},
	}
}

func readConfig(o sdk.Options) (config, error) {
	r := sdk.NewOptionReader(options(), o)
	cfg := config{
		username:      r.String("username"),
		password:      r.String("password"),
		serverTimeout: r.Duration("server_timeout"),
		batch:         r.Int("batch_size"),
		businessUnit:  r.Int("business_unit"),
		documentKind:  r.Int("document_kind"),
	}
	var err error
	if cfg.base, err = url.Parse(r.URL("url")); err != nil || cfg.base.RawQuery != "" || cfg.base.Fragment != "" {
		r.Fail("url", "is no plain address: a query or fragment has no place in it")
	}
	switch r.String("auth") {
	case "basic":
	case "header":
		cfg.headers = true
	default:
		r.Fail("auth", "is not basic or header")
	}
	if cfg.batch < 1 || cfg.batch > maxBatch {
		r.Fail("batch_size", "is not 1 to 40")
	}
	if cfg.zone, err = time.LoadLocation(r.String("time_zone")); err != nil {
		r.Fail("time_zone", "is not the name of a time zone such as Europe/Moscow")
	}
	if cfg.profile, err = loadProfile(r.String("profile")); err != nil {
		r.Fail("profile", "can't be used: "+err.Error())
	}
	return cfg, r.Err()
}
