package hub

import (
	"errors"
	"maps"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/appealhub/appealhub/hub/api"
	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal/postgres"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
	"github.com/appealhub/appealhub/sdk"
)

// LoadValid reads the configuration at path and validates it. The *ConfigError
// holds every fault; what only follows from another fault is left out.
func LoadValid(path string, env map[string]string, specs []sdk.Spec) (Config, error) {
	cfg, err := Load(path, env)
	var first *ConfigError
	if errors.As(err, &first) && cfg.origin == nil {
		return cfg, err
	}
	all := &ConfigError{}
	if first != nil {
		all.Faults = first.Faults
	}
	var more *ConfigError
	if errors.As(Validate(cfg, specs), &more) {
		for _, f := range more.Faults {
			if !all.explains(f) {
				all.Faults = append(all.Faults, f)
			}
		}
	}
	return cfg, configError(all.Faults)
}

// explains reports whether a fault already known lies at, above or below f.
func (e *ConfigError) explains(f Fault) bool {
	return slices.ContainsFunc(e.Faults, func(known Fault) bool {
		return known.Path == "" || within(f.Path, known.Path) || within(known.Path, f.Path)
	})
}

// Validate checks cfg against the connectors there are. The error is a
// *ConfigError. It opens nothing.
func Validate(cfg Config, specs []sdk.Spec) error {
	v := &validator{cfg: cfg, specs: specs}
	v.connectors()
	v.stores()
	v.organisations()
	v.deadlines()
	v.http()
	v.links()
	v.routes()
	return configError(v.faults)
}

type validator struct {
	cfg    Config
	specs  []sdk.Spec
	faults []Fault
}

func (v *validator) fault(path, what, cure string) {
	v.faults = append(v.faults, Fault{Place: v.cfg.origin.place(path), Path: path, What: what, Cure: cure})
}

// connectors looks at what the program brings with it: no setting can cure that.
func (v *validator) connectors() {
	const cure = "correct the sdk.Spec in the program"
	for i, s := range v.specs {
		path := "connector " + s.Name
		if _, twice := specOf(v.specs[:i], s.Name); twice {
			v.faults = append(v.faults, Fault{Path: path, What: "is there twice", Cure: "give one of them another name in the program"})
		}
		if err := s.Validate(); err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				v.faults = append(v.faults, Fault{Path: path, What: line, Cure: cure})
			}
		}
	}
}

func (v *validator) stores() {
	if v.cfg.DataDir == "" {
		v.fault("data_dir", "is missing", "name the folder of the hub's files: data_dir: ./data")
	}
	v.journal()
	v.bus()
	v.spool()
	if v.cfg.Drain < 0 {
		v.fault("drain", "is negative", "write a length of time such as 10s")
	}
	if v.cfg.ArchiveAfter < 0 {
		v.fault("archive_after", "is negative", "write a length of time such as 2160h (90 days), or 0s for no archive")
	}
}

func (v *validator) journal() {
	const cure = "write journal: sqlite, or journal: postgres://user:${PASSWORD}@host:5432/database"
	switch {
	case v.cfg.Journal == "sqlite":
	case !OnPostgres(v.cfg.Journal):
		v.fault("journal", "is "+kindOfStore(v.cfg.Journal)+", which is not in this version", cure)
	default:
		if what, remedy := postgres.BadAddress(v.cfg.Journal); what != "" {
			v.fault("journal", what, remedy)
		}
	}
}

func (v *validator) bus() {
	if v.cfg.Bus == Embedded {
		return
	}
	var wrong *bus.AddressError
	if _, err := bus.ParseAddress(v.cfg.Bus); errors.As(err, &wrong) {
		v.fault("bus", wrong.What, wrong.Cure)
	} else if !OnPostgres(v.cfg.Journal) {
		v.fault("bus", "is kafka, which needs a journal that several nodes can share", "write journal: postgres://user:${PASSWORD}@host:5432/database")
	}
}

// kindOfStore is what may be told of an address that may hold a password.
func kindOfStore(s string) string {
	if scheme, _, ok := strings.Cut(s, ":"); ok {
		return scheme
	}
	return strconv.Quote(s)
}

func (v *validator) organisations() {
	if len(v.cfg.Organisations) == 0 {
		v.fault("organisations", "names none", "add one: organisations: {adm: {name: …, time_zone: Europe/Moscow}}")
	}
	known, read := true, zones{}
	for _, o := range v.cfg.Organisations {
		if _, err := read.load(o.TimeZone); err != nil || o.TimeZone == "" || o.TimeZone == "Local" {
			known = false
			v.fault("organisations."+o.Key+".time_zone", strconv.Quote(o.TimeZone)+" is no time zone", "write an IANA name such as Europe/Moscow")
		}
	}
	if !known {
		return
	}
	_, err := v.cfg.organisations()
	if errors.As(err, new(*ConfigError)) {
		return // deadlines tells it
	}
	v.placed(err, "", "name each code once, and only organisations that are there")
}

// located is a line of an error that begins with the path it is about.
var located = regexp.MustCompile(`^((?:organisations|links)\.[^\s:]+|routes\[\d+\](?:: (?:from|to|lead|when))?)(?:: | )(.*)$`)

// placed takes up another room's error, line by line.
func (v *validator) placed(err error, path, cure string) {
	if err == nil {
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		at, what := path, line
		if m := located.FindStringSubmatch(line); m != nil {
			at, what = strings.Replace(m[1], ": ", ".", 1), m[2]
		}
		v.fault(at, what, cure)
	}
}

func (v *validator) http() {
	h := v.cfg.HTTP
	host, port, err := net.SplitHostPort(h.Listen)
	if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil {
		v.fault("http.listen", strconv.Quote(h.Listen)+" is not host:port", "write 127.0.0.1:8080")
	} else if len(h.Tokens) == 0 && !loopbackHost(host) {
		v.fault("http.listen", h.Listen+" is reachable from other machines, and there are no tokens", `listen on 127.0.0.1, or set http.tokens: {operator: "${HUB_API_TOKEN}"}`)
	}
	if (h.TLS.Cert == "") != (h.TLS.Key == "") {
		v.fault("http.tls", "cert and key go together: one of them is missing", "name both files, or none for plain http")
	}
	if h.Local == localToken && len(h.Tokens) == 0 {
		v.fault("http.local", "asks everybody for a token, and there are none", `set http.tokens: {operator: "${HUB_API_TOKEN}"}`)
	}
	for _, name := range slices.Sorted(maps.Keys(h.Rights)) {
		if _, known := h.Tokens[name]; !known {
			v.fault("http.rights."+name, "names no token", "name one of http.tokens, or remove it")
		}
	}
	owner := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(h.Tokens)) {
		token := h.Tokens[name]
		other, twice := owner[token]
		switch {
		case name == api.OpenActor:
			v.fault("http.tokens."+name, "is what the record calls whoever needs no token", "give it another name")
		case token == "":
			v.fault("http.tokens."+name, "is empty", "set it, or remove the name")
		case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
			v.fault("http.tokens."+name, "holds white space or letters that are not ASCII", "use a token that fits an HTTP header, such as one from openssl rand -hex 32")
		case twice:
			v.fault("http.tokens."+name, "is the same as that of "+other, "give each name a token of its own, or the record can't say who")
		}
		owner[token] = name
	}
}

func loopbackHost(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func (v *validator) links() {
	for _, l := range v.cfg.Links {
		path := "links." + l.Name
		v.linkFaults(path, l.Validate(), "correct it; see appealhub config schema")
		if l.Connector == "" {
			continue
		}
		spec, ok := specOf(v.specs, l.Connector)
		if !ok {
			v.fault(path+".connector", strconv.Quote(l.Connector)+" is no connector of this hub", meant(l.Connector, connectorNames(v.specs)))
			continue
		}
		v.options(path+".options", l, spec)
		if l.Options["timestamps"] == link.LocalTimes && l.Organisation == "" && len(v.cfg.Organisations) > 1 {
			v.fault(path+".options.timestamps", "is local, and nothing says of which time zone", "name the link's organisation: organisation: "+v.cfg.Organisations[0].Key)
		}
	}
}

func connectorNames(specs []sdk.Spec) []string {
	out := make([]string, len(specs))
	for i, s := range specs {
		out[i] = s.Name
	}
	return out
}

// linkFault is a line of link.Config's error: the field first.
var linkFault = regexp.MustCompile(`^(option )?([a-z_]+)\b(.*)$`)

func (v *validator) linkFaults(path string, err error, cure string) {
	if err == nil {
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		m := linkFault.FindStringSubmatch(line)
		_, ofLink := linkShape().member(m[2])
		switch {
		case m[1] != "" || commonOptions()[m[2]] != "":
			v.fault(path+".options."+m[2], strings.TrimSpace(m[3]), cure)
		case ofLink:
			v.fault(path+"."+m[2], strings.TrimSpace(m[3]), cure)
		default:
			v.fault(path, line, cure)
		}
	}
}

// options checks that a link's options are its connector's, and all there.
func (v *validator) options(path string, l link.Config, spec sdk.Spec) {
	known := slices.Collect(maps.Keys(commonOptions()))
	for _, o := range spec.Options {
		known = append(known, o.Name)
		if given := l.Options[o.Name]; o.Required && (given == nil || given == "") {
			v.fault(path+"."+o.Name, "is missing", "set it: "+o.Summary)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Options)) {
		if !slices.Contains(known, name) {
			v.fault(path+"."+name, "is not an option of "+spec.Name, meant(name, known))
		}
	}
}

func (v *validator) routes() {
	var names []string
	for _, l := range v.cfg.Links {
		names = append(names, l.Name)
	}
	const cure = "correct the rule"
	v.placed(route.CheckLinks(v.cfg.Routes, names...), "routes", "name a link that is there, or api as a source")
	_, err := route.Compile(v.cfg.Routes)
	v.placed(err, "routes", cure)
}
