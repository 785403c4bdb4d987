package hub

import (
	"time"

	"github.com/appealhub/appealhub/hub/api"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
)

// Config is what a hub is opened with. Load reads it from a file; relative
// paths in it are from the working directory.
type Config struct {
	Organisations []Organisation // in order of key
	DataDir       string         // the hub's files: journal, spool, lock
	Journal       string         // sqlite, or a postgres:// address
	Bus           string         // embedded, or a kafka:// address
	Spool         string         // folder: that of data_dir; or an s3:// address
	HTTP          HTTP
	Links         []link.Config // in order of name
	Routes        []route.Rule
	Drain         time.Duration // what is under way gets at the hub's end
	Log           Log
	Deadlines     Deadlines
	ArchiveAfter  time.Duration // without an event, until an appeal that is over is archived, in PostgreSQL; 0: never

	origin *origin // nil: not from a file
}

// Organisation is one body that the hub serves.
type Organisation struct {
	Key      string   // as links, appeals and the journal name it
	Name     string   // for people
	TimeZone string   // IANA name; its local date decides about terms
	Codes    []string // by which sources address it: ПОС opaIds, taxpayer numbers

	Policy        string // what happens where the last day of a term is a day off: a deadline.Policy
	DecreeDaysOff bool   // non-working days by decree (2020, 2021) are days off
	Calendar      string // file whose years stand over those of the common calendar
}

// HTTP says how the API is served.
type HTTP struct {
	Listen  string               // host:port
	TLS     ServerTLS            // none: plain http
	Tokens  map[string]string    // name → bearer token
	Rights  map[string]api.Right // name of a token → what it may do; all, where it is not named
	Local   string               // whether callers on loopback need a token: open (empty) or token
	MaxBody int64                // bytes of a JSON document
	MaxFile int64                // bytes of an attachment
}

// What is asked of callers on loopback.
const (
	localOpen  = "open"
	localToken = "token"
)

// Log says how the hub logs.
type Log struct {
	Level  string // debug, info, warn, error
	Format string // json, text
}

// Load reads the configuration file at path. Variables and overrides are those in
// env, by name. The error is a *ConfigError with every fault of the file's form;
// the Config beside it holds what could be read.
//
// Text may refer to variables and files: ${NAME} (which must be set),
// ${NAME:-default} and ${file:/run/secrets/x}; $${ stands for ${. A variable
// APPEALHUB_ with the path behind it, joined by __ and with _ for -, overrides
// a setting of one value: APPEALHUB_HTTP__LISTEN. Entries of maps (links, tokens,
// options) are overridden where the file has them. An empty variable is as one that
// is not set. Any other of that prefix is a fault, unless the file refers to it,
// Kubernetes sets it for a Service, or it is one of package failpoint's.
//
// Keys are folded to lower case, those in a link's options too: a map whose keys
// are case-sensitive (status codes) belongs into a profile file.
func Load(path string, env map[string]string) (Config, error) {
	r := newReader(path, env)
	root := r.parse()
	if root == nil {
		return Config{}, r.err()
	}
	r.tree, _ = r.value("", root, fileShape()).(map[string]any)
	r.strays(fileShape())
	cfg, err := decode(r.tree)
	if err != nil && len(r.faults) == 0 {
		r.fault("", err.Error(), "see appealhub config schema")
	}
	cfg.origin = &r.origin
	return cfg, r.err()
}
