package hub

import (
	"github.com/appealhub/appealhub/hub/api"
	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/spool"
)

// form is the form of a value in the file.
type form int

const (
	text     form = iota
	whole         // a whole number
	number        // a number
	duration      // 500ms, 30s, 5m
	size          // bytes: 4MiB
	texts         // one text or a list of them
	object        // a map with known members
	mapping       // a map with names of the user's
	list
	free // whatever the connector reads
)

// shape describes a value of the file: for reading, for the schema and for
// echoing.
type shape struct {
	form     form
	about    string
	fallback string // as it would be written
	required bool
	secret   bool
	oneOf    []string
	members  []member // of an object
	each     *shape   // of a mapping or a list
	keys     string   // pattern of a mapping's names
}

type member struct {
	name string
	shape
}

func (s *shape) member(name string) (*shape, bool) {
	for i := range s.members {
		if s.members[i].name == name {
			return &s.members[i].shape, true
		}
	}
	return nil, false
}

func (s *shape) names() []string {
	out := make([]string, len(s.members))
	for i, m := range s.members {
		out[i] = m.name
	}
	return out
}

// apiVersion is the one version of the file's form.
const apiVersion = "appealhub/v1"

// Patterns of names.
const (
	nameForm = `^[a-z][a-z0-9_-]*$` // organisations and tokens
	linkForm = `^[a-z][a-z0-9-]*$`
)

func fileShape() *shape {
	return &shape{form: object, members: []member{
		{"apiVersion", shape{about: "version of this file's form", required: true, oneOf: []string{apiVersion}}},
		{"organisations", shape{form: mapping, keys: nameForm, required: true, each: organisationShape(), about: "the bodies that the hub serves"}},
		{"data_dir", shape{about: "folder of the hub's files; relative: from the working directory", fallback: "./data"}},
		{"journal", shape{about: "sqlite: a file under data_dir; or postgres://user:${PASSWORD}@host:5432/database, which several nodes may share", fallback: "sqlite"}},
		{"bus", shape{about: "embedded: what comes in goes straight to the journal; or " + bus.AddressForm + ", which takes it in while the journal is down (parameters: prefix, partitions, replication, min_insync, retention, max_message, sasl, tls, ca, cert, key)", fallback: "embedded"}},
		{"spool", shape{about: "where the files of appeals lie. folder: data_dir/spool, which nodes share by mounting it; or " + spool.BucketForm + " (or the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), a bucket that nodes share", fallback: "folder"}},
		{"http", *httpShape()},
		{"links", shape{form: mapping, keys: linkForm, each: linkShape(), about: "the systems that are connected"}},
		{"routes", shape{form: list, each: routeShape(), about: "which appeals go where; the first match wins"}},
		{"drain", shape{form: duration, fallback: "10s", about: "time that calls and requests under way get at the hub's end"}},
		{"archive_after", shape{form: duration, fallback: "2160h", about: "in PostgreSQL: how long after its last event an appeal that is over is archived, out of the way of all scans for work; 2160h is 90 days; 0s: never"}},
		{"log", *logShape()},
		{"deadlines", *deadlinesShape()},
	}}
}

func deadlinesShape() *shape {
	return &shape{form: object, about: "how the terms of appeals are counted and told", members: []member{
		{"rules", shape{about: "file of rules (YAML, deadline-rules.v1) in place of those of 59-ФЗ and ПОС that come with the program"}},
		{"calendar", shape{about: "file whose years stand over those of the working calendar that comes with the program"}},
		{"near", shape{form: texts, about: "how long before its end a term is near: 5d; 4h for terms in hours; 5d, 1d and 4h unless given"}},
		{"digest", shape{about: "local time at which each organisation's daily digest is told, such as 08:00; none unless given"}},
	}}
}

func organisationShape() *shape {
	return &shape{form: object, members: []member{
		{"name", shape{about: "for people", required: true}},
		{"time_zone", shape{about: "IANA name such as Europe/Moscow; its local date decides about terms", required: true}},
		{"codes", shape{form: texts, about: "codes by which sources address it: ПОС opaIds, taxpayer numbers"}},
		{"policy", shape{about: "what happens where the last day of a term is a day off; 59-ФЗ is silent on it", fallback: string(deadline.PreviousWorkingDay), oneOf: policies()}},
		{"decree_days_off", shape{about: "whether non-working days by decree (2020, 2021) are days off", fallback: "false", oneOf: []string{"false", "true"}}},
		{"calendar", shape{about: "file whose years stand over those of the common calendar: a region's own holidays, laid over that one with over: ru"}},
	}}
}

func policies() (out []string) {
	for _, p := range deadline.Policies() {
		out = append(out, string(p))
	}
	return out
}

func rights() (out []string) {
	for _, r := range api.Rights() {
		out = append(out, string(r))
	}
	return out
}

func httpShape() *shape {
	return &shape{form: object, about: "the API", members: []member{
		{"listen", shape{about: "host:port; without tokens on loopback only, to programs of this machine", fallback: "127.0.0.1:8080"}},
		{"tls", shape{form: object, about: "the certificate for https; a new one in the same files is taken up without a restart", members: []member{
			{"cert", shape{about: "PEM file of the certificate and those between it and its authority"}},
			{"key", shape{about: "PEM file of its private key"}},
		}}},
		{"tokens", shape{form: mapping, keys: nameForm, each: &shape{secret: true}, about: "bearer tokens by name; the record says who"}},
		{"rights", shape{form: mapping, keys: nameForm, each: &shape{oneOf: rights()}, about: "what a token may do, by its name; all, where it is not named. read: what changes nothing, personal data included; submit: hand in appeals and files, push to links as their systems do; metrics: those alone"}},
		{"local", shape{about: "open: on loopback no token is asked for; token: there too, as it has to be where a proxy on this machine lets others in", fallback: localOpen, oneOf: []string{localOpen, localToken}}},
		{"max_body", shape{form: size, fallback: "10MiB", about: "largest JSON document, in bytes"}},
		{"max_file", shape{form: size, fallback: "300MiB", about: "largest attachment, in bytes"}},
	}}
}

func linkShape() *shape {
	return &shape{form: object, members: []member{
		{"connector", shape{about: "name of the connector", required: true}},
		{"options", shape{form: free, about: "the connector's own, and poll, proxy and tls; keys are folded to lower case"}},
		{"organisation", shape{about: "key of the organisation that its appeals belong to, unless their addressee's code tells another"}},
		{"concurrency", shape{form: whole, fallback: "8", about: "calls at once"}},
		{"timeout", shape{form: duration, fallback: "60s", about: "bound of one call"}},
		{"file_timeout", shape{form: duration, fallback: "10m", about: "bound of one call that moves a file"}},
		{"rate", shape{form: number, fallback: "0", about: "calls per second; 0: no limit"}},
		{"max_attempts", shape{form: whole, fallback: "20", about: "attempts of a delivery, while the link is up, before it is a dead letter"}},
	}}
}

func routeShape() *shape {
	return &shape{form: object, members: []member{
		{"from", shape{about: "link that the appeal comes from; api: submitted over the hub's API", required: true}},
		{"to", shape{form: texts, about: "links that get it", required: true}},
		{"lead", shape{about: "the one of them whose statuses reach the source; the first unless named"}},
		{"when", shape{about: "CEL condition on appeal; always unless given"}},
	}}
}

func logShape() *shape {
	return &shape{form: object, about: "the log on stderr", members: []member{
		{"level", shape{fallback: "info", oneOf: []string{"debug", "info", "warn", "error"}, about: "least level that is logged"}},
		{"format", shape{fallback: "text", oneOf: []string{"text", "json"}, about: "form of a line"}},
	}}
}

// commonOptions are the options that every link takes beside its connector's.
func commonOptions() map[string]string {
	return map[string]string{
		"poll":       "time between two sweeps of the source, such as 30s",
		"proxy":      "env: as HTTP_PROXY, HTTPS_PROXY and NO_PROXY say",
		"tls":        "PEM files: ca, cert, key",
		"timestamps": "local: times that the system marks as UTC are local ones of the link's organisation; utc unless given",
	}
}
