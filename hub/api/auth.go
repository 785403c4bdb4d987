package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// OpenActor is on record for a caller on loopback who gave no token.
const OpenActor = "local"

// Right is what a token may do. One without a right may do everything.
type Right string

// The rights.
const (
	MayRead   Right = "read"    // whatever changes nothing, personal data included
	MaySubmit Right = "submit"  // hand in appeals and files, ask by reference what became of them, push to links
	MayScrape Right = "metrics" // read the metrics
)

// Rights lists every right.
func Rights() []Right { return []Right{MayRead, MaySubmit, MayScrape} }

// words complete "lets this token".
func (r Right) words() string {
	switch r {
	case MaySubmit:
		return "submit"
	case MayScrape:
		return "read the metrics"
	}
	return string(r)
}

// permits reports whether a token with the right may call the route.
func (rt *route) permits(r Right) bool {
	switch r {
	case "":
		return true
	case MayRead:
		return rt.method == get || rt.reads
	}
	return slices.Contains(rt.also, r)
}

// key is a token by its digest: digests are of one length, so comparing them
// tells nothing of the secret's.
type key struct {
	name   string
	digest [sha256.Size]byte
}

func newKeys(tokens map[string]string) []key {
	var out []key
	for name, secret := range tokens {
		out = append(out, key{name: name, digest: sha256.Sum256([]byte(secret))})
	}
	slices.SortFunc(out, func(a, b key) int { return strings.Compare(a.name, b.name) })
	return out
}

// admit says who the caller is and checks the query.
func (s *server) admit(x *exchange) error {
	if !x.route.open {
		actor, err := s.actor(x.r, x.route.basic)
		if err != nil {
			challenge := `Bearer realm="appealhub"`
			if x.r.Header.Get("Authorization") != "" {
				challenge += `, error="invalid_token"`
			}
			if x.route.basic {
				challenge = `Basic realm="appealhub"`
			}
			if err.status == http.StatusUnauthorized {
				x.Header().Set("WWW-Authenticate", challenge)
			}
			return err
		}
		x.actor = actor
		if may := s.Rights[actor]; !x.route.permits(may) {
			return forbidden.with("http.rights lets this token %s, and no more", may.words())
		}
	}
	if !text(x.r.URL.Path) {
		return missing.with("the path is no text, so nothing is there")
	}
	return x.readQuery()
}

// text reports whether a database takes s for one: valid UTF-8 without a NUL.
func text(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// actor returns the name of the token that the request bears.
func (s *server) actor(r *http.Request, basic bool) (string, *problem) {
	given := r.Header.Values("Authorization")
	if len(given) == 0 {
		if s.Open {
			return OpenActor, local(r)
		}
		return "", noToken.with("send Authorization: Bearer TOKEN, with one of the tokens of http.tokens")
	}
	if name, secret, ok := r.BasicAuth(); ok && basic && len(given) == 1 {
		if owner := s.owner(secret); owner != "" && owner == name {
			return owner, nil
		}
		return "", noToken.with("user name and password are a token's name and the token, of http.tokens")
	}
	scheme, secret, _ := strings.Cut(given[0], " ")
	if len(given) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return "", noToken.with("Authorization is not of the form Bearer TOKEN")
	}
	if name := s.owner(strings.TrimSpace(secret)); name != "" {
		return name, nil
	}
	return "", noToken.with("the token is none of http.tokens")
}

// owner compares with every token, whichever it is.
func (s *server) owner(secret string) string {
	digest := sha256.Sum256([]byte(secret))
	name := ""
	for i := range s.keys {
		if subtle.ConstantTimeCompare(s.keys[i].digest[:], digest[:]) == 1 {
			name = s.keys[i].name
		}
	}
	return name
}

// local refuses what comes from elsewhere by way of this machine: what a proxy sends
// on, and what a browser sends for a page of somebody else's: another site's request,
// and one to a foreign name that was made to point here.
func local(r *http.Request) *problem {
	if forwarded(r.Header) {
		return crossSite.with("a proxy sent this on for somebody else; send a token")
	}
	if !loopback(r.Host) {
		return crossSite.with("the Host header is not a loopback address; send a token")
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
	default:
		return crossSite.with("a browser sent this for another site's page; send a token")
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		if u, err := url.Parse(origin); err != nil || u.Host != r.Host {
			return crossSite.with("the Origin header names another site; send a token")
		}
	}
	return nil
}

// forwarded reports whether a proxy says for whom it asks.
func forwarded(h http.Header) bool {
	told := func(name string) bool { return h.Get(name) != "" }
	return slices.ContainsFunc([]string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"}, told)
}

func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}
