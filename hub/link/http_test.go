package link_test

import (
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

func client(t *testing.T, cfg link.Config) *http.Client {
	t.Helper()
	c, err := link.NewHTTPClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func TestRedirects(t *testing.T) {
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	mux.HandleFunc("/end", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Method, " ", r.Header.Get("Authorization"))
	})
	mux.Handle("/same", http.RedirectHandler("/end", http.StatusFound))
	mux.Handle("/same307", http.RedirectHandler("/end", http.StatusTemporaryRedirect))
	mux.Handle("/other", http.RedirectHandler(other.URL+"/?who=secret", http.StatusTemporaryRedirect))
	mux.Handle("/scheme", http.RedirectHandler(strings.Replace(server.URL, "http:", "https:", 1)+"/end", http.StatusMovedPermanently))
	mux.Handle("/loop", http.RedirectHandler("/loop", http.StatusFound))
	for n := range 6 {
		mux.Handle(fmt.Sprintf("/hop%d", n+1), http.RedirectHandler(fmt.Sprintf("/hop%d", n), http.StatusFound))
	}
	mux.Handle("/hop0", http.RedirectHandler("/end", http.StatusFound))
	for name, c := range map[string]struct {
		method, path string
		want         string // the answer, or a part of the error
	}{
		"same host":             {"GET", "/same", "GET Bearer x"},
		"post again":            {"POST", "/same307", "POST Bearer x"},
		"post that becomes get": {"POST", "/same", "redirect that turns POST into GET"},
		"other host":            {"GET", "/other", "redirect to another host"},
		"post to another host":  {"POST", "/other", "redirect to another host"},
		"other scheme":          {"GET", "/scheme", "redirect from http to https"},
		"five in a row":         {"GET", "/hop4", "GET Bearer x"},
		"six in a row":          {"GET", "/hop5", "redirect after redirect"},
		"for ever":              {"GET", "/loop", "redirect after redirect"},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, strings.NewReader("body"))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer x")
			got := ""
			resp, err := client(t, link.Config{}).Do(req)
			if err != nil {
				got = err.Error()
			} else {
				body := make([]byte, 100)
				n, _ := resp.Body.Read(body)
				got = string(body[:n])
				resp.Body.Close()
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("got %q", got)
			}
		})
	}
	if elsewhere != 0 {
		t.Errorf("%d requests went to another host", elsewhere)
	}
}

func TestClientBounds(t *testing.T) {
	c := client(t, link.Config{Concurrency: 50, FileTimeout: time.Hour})
	tr := c.Transport.(*http.Transport)
	if tr.MaxIdleConnsPerHost < 50 || tr.MaxIdleConns < 50 {
		t.Errorf("%d idle connections for 50 calls at once", tr.MaxIdleConnsPerHost)
	}
	if tr.ResponseHeaderTimeout != time.Minute || c.Timeout != time.Hour {
		t.Errorf("time-outs %v, %v", tr.ResponseHeaderTimeout, c.Timeout)
	}
	if tr.Proxy != nil {
		t.Error("a proxy is used unasked")
	}
	if c := client(t, link.Config{Options: sdk.Options{"proxy": "env"}}); c.Transport.(*http.Transport).Proxy == nil {
		t.Error("proxy: env is not heeded")
	}
}

func TestResponseHeaderTimeout(t *testing.T) {
	s := newSystem(t)
	resp, err := client(t, link.Config{Timeout: 20 * time.Millisecond}).Get(s.URL + "/wait")
	if err == nil {
		resp.Body.Close()
	}
	if !sdk.TimedOut(err) {
		t.Errorf("got %v", err)
	}
}

// identity is a server's own CA and a client certificate, as PEM files.
func identity(t *testing.T, server *httptest.Server) (ca, cert, key string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pair := server.TLS.Certificates[0]
	private, err := marshalKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return write("ca.pem", "CERTIFICATE", server.Certificate().Raw), write("cert.pem", "CERTIFICATE", pair.Certificate[0]), write("key.pem", "PRIVATE KEY", private)
}

func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, len(r.TLS.PeerCertificates))
	}))
	server.Config.ErrorLog = quiet()
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	defer server.Close()
	ca, cert, key := identity(t, server)
	for name, c := range map[string]struct {
		options map[string]any
		want    string
	}{
		"unknown authority": {nil, "certificate signed by unknown authority"},
		"own authority":     {map[string]any{"ca": ca}, "0"},
		"own certificate":   {map[string]any{"ca": ca, "cert": cert, "key": key}, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			options := sdk.Options{}
			if c.options != nil {
				options["tls"] = c.options
			}
			got := ""
			resp, err := client(t, link.Config{Options: options}).Get(server.URL)
			if err != nil {
				got = err.Error()
			} else {
				body := make([]byte, 10)
				n, _ := resp.Body.Read(body)
				got = string(body[:n])
				resp.Body.Close()
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = quiet()
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	server.StartTLS()
	defer server.Close()
	ca, _, _ := identity(t, server)
	resp, err := client(t, link.Config{TLS: link.TLS{CA: ca}}).Get(server.URL)
	if err == nil {
		resp.Body.Close()
		t.Error("TLS 1.1 was accepted")
	}
}

func TestTLSFilesAtFault(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for want, cfg := range map[string]link.TLS{
		"tls.ca: open gone.pem":         {CA: "gone.pem"},
		"holds no PEM certificate":      {CA: empty},
		"tls.cert and tls.key: open go": {Cert: "gone.pem", Key: "gone.key"},
		"tls.cert and tls.key: tls":     {Cert: empty, Key: empty},
	} {
		if _, err := link.NewHTTPClient(link.Config{TLS: cfg}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
