package webhook

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/appealhub/appealhub/sdk"
)

// config is what the options say.
type config struct {
	url   string   // as it was written: a slash at its end counts
	keys  [][]byte // the present one first
	terms []string // nil: all
	news  []string // nil: all
}

func options() []sdk.Option {
	return []sdk.Option{
		{Name: "url", Summary: "address that is posted to: https, or http to this machine", Required: true},
		{Name: "secret", Summary: "key that messages are signed with: whsec_ and the base64 of 24 to 64 random bytes", Required: true, Secret: true},
		{Name: "secret_previous", Summary: "the key before, while receivers change over: messages are signed with both", Secret: true},
		{Name: "terms", Summary: "terms that are told of, one or a list, all unless given: " + strings.Join(terms(), ", ")},
		{Name: "news", Summary: "what is told of them, one or a list, all unless given: " + strings.Join(news(), ", ")},
		{Name: "insecure", Summary: "true: http to another machine is allowed; what is sent can be read on the way, not forged", Default: "false"},
	}
}

// terms are the names of terms, sdk.Deadline's Term.
func terms() []string {
	return []string{"registration", "forwarding", "notice", "answer", "extension_notice", "documents", "return", "control", "rework", "interim"}
}

func news() (out []string) {
	for _, n := range []sdk.DeadlineNews{sdk.DeadlineNear, sdk.DeadlinePassed, sdk.DeadlineWithdrawn, sdk.DeadlineMoved} {
		out = append(out, string(n))
	}
	return out
}

func readConfig(o sdk.Options) (config, error) {
	r := sdk.NewOptionReader(options(), o)
	cfg := config{url: readURL(r), terms: readNames(r, "terms", terms()), news: readNames(r, "news", news())}
	for _, name := range []string{"secret", "secret_previous"} {
		written := r.String(name)
		if written == "" {
			continue
		}
		key, err := parseSecret(written)
		if err != nil {
			r.Fail(name, err.Error())
		}
		cfg.keys = append(cfg.keys, key)
	}
	if s := r.String("secret"); s != "" && s == r.String("secret_previous") {
		r.Fail("secret_previous", "is the same as secret: leave it out")
	}
	return cfg, r.Err()
}

// readURL reads the address. OptionReader.URL tells what is wrong with it, and
// takes a slash off its end that a receiver may insist on.
func readURL(r *sdk.OptionReader) string {
	r.URL("url")
	written := r.String("url")
	u, err := url.Parse(written)
	switch {
	case err != nil: // told
	case strings.Contains(written, "#"):
		r.Fail("url", "has a fragment, which is never sent")
	case u.Scheme == "http" && !loopback(u.Hostname()) && !r.Bool("insecure"):
		r.Fail("url", "is http to another machine: use https, or set insecure: true")
	}
	return written
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// readNames reads a list of names that are known.
func readNames(r *sdk.OptionReader, option string, known []string) []string {
	given := r.List(option)
	for _, name := range given {
		if !slices.Contains(known, name) {
			r.Fail(option, fmt.Sprintf("names %q; known: %s", name, strings.Join(known, ", ")))
		}
	}
	return given
}

// wants reports whether the receiver is to be told of n.
func (c *config) wants(n *sdk.Deadline) bool {
	return within(c.terms, n.Term) && within(c.news, string(n.News))
}

func within(names []string, name string) bool { return names == nil || slices.Contains(names, name) }
