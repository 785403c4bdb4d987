package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// systemd is a supervisor's socket at a path.
func systemd(t *testing.T, path string) *net.UnixConn {
	t.Helper()
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// heard is the next state that the supervisor hears.
func heard(t *testing.T, c *net.UnixConn) string {
	t.Helper()
	b := make([]byte, 100)
	n, err := c.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

// TestServeTells: systemd hears that the hub is ready once it can be asked, and that it
// stops once it does, at either kind of socket; a hub whose supervisor is deaf runs on.
func TestServeTells(t *testing.T) {
	dir := t.TempDir()
	for name, socket := range map[string]string{"a file": filepath.Join(dir, "s"), "an abstract one": fmt.Sprintf("@appealhub-test-%d", os.Getpid())} {
		t.Run(name, func(t *testing.T) {
			c := systemd(t, socket)
			address, stop := serveAt(t, socket)
			if got := heard(t, c); got != "READY=1" {
				t.Errorf("first it hears %q", got)
			}
			alive(t, address)
			stop()
			if got := heard(t, c); got != "STOPPING=1" {
				t.Errorf("then it hears %q", got)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		address, stop := serveAt(t, filepath.Join(dir, "none"))
		for end := time.Now().Add(30 * time.Second); !listens(address); {
			if time.Now().After(end) {
				t.Fatal("it does not listen")
			}
		}
		alive(t, address)
		stop()
	})
}

func listens(address string) bool {
	c, err := net.Dial("tcp", address)
	if err == nil {
		c.Close()
	}
	return err == nil
}

// alive asks the hub at an address whether it can be used.
func alive(t *testing.T, address string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if body, err := io.ReadAll(got.Body); got.StatusCode != http.StatusOK || err != nil || !strings.Contains(string(body), `"journal":"ok"`) {
		t.Errorf("%d %s, %v", got.StatusCode, body, err)
	}
}

// serveAt runs a hub whose supervisor listens at socket.
func serveAt(t *testing.T, socket string) (address string, stop func()) {
	t.Helper()
	address, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "hub.yaml")
	text := fmt.Sprintf("apiVersion: appealhub/v1\ndata_dir: %s\norganisations: {adm: {name: A, time_zone: Europe/Moscow}}\nhttp: {listen: %q}\n", dir, address)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	a := &app{out: io.Discard, errors: io.Discard, env: map[string]string{"NOTIFY_SOCKET": socket}}
	root := a.root()
	root.SetArgs([]string{"serve", "--config", file})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	}
	t.Cleanup(stop)
	return address, stop
}
