package cli

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/appealhub/appealhub/sdk"
)

// remote gives a command and those below it the flags of a running hub.
func (a *app) remote(c *cobra.Command) *cobra.Command {
	at := "http://127.0.0.1:8080"
	if v := a.env["HUB_API_URL"]; v != "" {
		at = v
	}
	f := c.PersistentFlags()
	f.StringVar(&a.url, "url", at, "address of the running hub; HUB_API_URL")
	f.Lookup("url").DefValue = shownURL(at)
	f.StringVar(&a.token, "token", "", "bearer token; HUB_API_TOKEN unless given")
	f.StringVar(&a.ca, "ca", a.env["HUB_API_CA"], "PEM file of the authority that signed the hub's certificate, where the system does not know it; HUB_API_CA")
	return c
}

// shownURL is an address as it may be told: without a password.
func shownURL(at string) string {
	u, err := url.Parse(at)
	if err != nil {
		return "--url"
	}
	return u.Redacted()
}

// request is one request to the hub's API.
type request struct {
	method string
	path   string // below /api/v1
	query  url.Values
	body   io.Reader
	header map[string]string
}

// problem is the hub's refusal (RFC 9457).
type problem struct {
	Title    string        `json:"title"`
	Status   int           `json:"status"`
	Detail   string        `json:"detail"`
	Problems []sdk.Problem `json:"problems"`
}

// Error returns title and detail, and each breach of a schema on a line.
func (p *problem) Error() string {
	out := p.Title
	if len(p.Problems) == 0 && p.Detail != "" {
		out += ": " + p.Detail
	}
	for _, one := range p.Problems {
		out += "\n" + strings.TrimSpace(one.Path+" "+one.Why) + " (" + one.Rule + ")"
	}
	if p.Status == http.StatusUnauthorized {
		out += "; give a token with --token or HUB_API_TOKEN"
	}
	return out
}

func (p *problem) exitCode() int {
	switch {
	case p.Status == http.StatusNotFound:
		return exitNotFound
	case p.Status == http.StatusBadRequest || p.Status == http.StatusRequestEntityTooLarge ||
		p.Status == http.StatusUnsupportedMediaType || p.Status == http.StatusUnprocessableEntity:
		return exitInvalid
	case p.Status == http.StatusTooManyRequests || p.Status >= 500:
		return exitUnavailable
	}
	return exitFailed
}

// Bounds of the wait for an answer's header once a request is sent.
const (
	answerTime = 2 * time.Minute // links/{name}/check waits for the link's system
	workTime   = time.Hour       // for what goes over all that is stored
)

// works are the paths of such work.
var works = []string{"/reports/", "/spool/gc", "/deadlines/simulate", "/deadlines/recompute"}

// patience is how long an answer is waited for.
func (r *request) patience() time.Duration {
	if slices.ContainsFunc(works, func(path string) bool { return strings.HasPrefix(r.path, path) }) {
		return workTime
	}
	return answerTime
}

// call sends a request and reads the answer into out, unless that is nil.
func (a *app) call(ctx context.Context, r request, out any) error {
	_, err := a.located(ctx, r, out)
	return err
}

// located does what call does, and returns the answer's Location.
func (a *app) located(ctx context.Context, r request, out any) (location string, err error) {
	resp, err := a.send(ctx, r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", a.silent(err)
	}
	if resp.StatusCode >= 300 {
		return "", refusal(resp, raw)
	}
	location = resp.Header.Get("Location")
	if out == nil || len(bytes.TrimSpace(raw)) == 0 {
		return location, nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		if raw[0] == '{' && resp.Header.Get("Content-Type") == "application/json" {
			return "", &exit{exitUnavailable, errors.New("the hub's answer is cut short, or of another version; its log may say why")}
		}
		return "", &exit{exitUnavailable, fmt.Errorf("the answer of %s is not the hub's; check --url", shownURL(a.url))}
	}
	return location, nil
}

func (a *app) send(ctx context.Context, r request) (*http.Response, error) {
	base, err := url.Parse(a.url)
	if err != nil || base.Host == "" {
		return nil, usagef("--url is not an address such as http://127.0.0.1:8080")
	}
	base.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, base.JoinPath("/api/v1"+r.path).String(), r.body)
	if err != nil {
		return nil, usage(err)
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	if token := a.bearer(); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	trust, err := a.trust()
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{ResponseHeaderTimeout: r.patience(), Proxy: http.ProxyFromEnvironment, TLSClientConfig: trust}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, a.silent(err)
	}
	return resp, nil
}

// trust is the authority that --ca names, beside those of the system.
func (a *app) trust() (*tls.Config, error) {
	if a.ca == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(a.ca)
	if err != nil {
		return nil, usagef("--ca: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, usagef("--ca: %s holds no PEM certificate", a.ca)
	}
	return &tls.Config{RootCAs: pool}, nil
}

func (a *app) bearer() string {
	if a.token != "" {
		return a.token
	}
	return a.env["HUB_API_TOKEN"]
}

// silent says that the hub did not answer.
func (a *app) silent(err error) error {
	var sent *url.Error
	if errors.As(err, &sent) {
		err = sent.Err
	}
	if untrusted := (*tls.CertificateVerificationError)(nil); errors.As(err, &untrusted) {
		return &exit{exitUnavailable, fmt.Errorf("the certificate at %s is not trusted: %w; name its authority with --ca, and in --url a host that the certificate bears", shownURL(a.url), untrusted.Err)}
	}
	return &exit{exitUnavailable, fmt.Errorf("the hub does not answer at %s: %w; is it running? start it with appealhub serve, or name its address with --url", shownURL(a.url), err)}
}

func refusal(resp *http.Response, raw []byte) error {
	if resp.StatusCode == http.StatusBadRequest && bytes.Contains(raw, []byte("to an HTTPS server")) {
		return &exit{exitUnavailable, errors.New("the hub speaks HTTPS; write https:// in --url")}
	}
	p := &problem{}
	if err := json.Unmarshal(raw, p); err != nil || p.Title == "" {
		return &exit{exitUnavailable, fmt.Errorf("the answer is %s, and not the hub's; check --url", resp.Status)}
	}
	p.Status = resp.StatusCode
	return p
}

// post sends body as JSON.
func (a *app) post(ctx context.Context, path string, body, out any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return a.call(ctx, request{method: http.MethodPost, path: path, body: bytes.NewReader(raw), header: map[string]string{"Content-Type": "application/json"}}, out)
}
