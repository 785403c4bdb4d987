// Package pgtest gives tests a PostgreSQL to work on: the server that
// POSTGRES_URL names, or a private one that it starts from the programs
// installed on the machine and that ends with the test's process. It is for
// tests only, and keeps nothing: a private server does not sync to disk.
package pgtest

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Main runs a package's tests with a server, if there can be one. It is called
// by TestMain.
func Main(m *testing.M, s *Server) int {
	defer s.stop()
	s.start()
	return m.Run()
}

// New starts a server for one test, if there can be one.
func New(t testing.TB) *Server {
	s := &Server{}
	t.Cleanup(s.stop)
	s.start()
	return s
}

// Server is a PostgreSQL for tests. Its zero value is for Main to fill.
type Server struct {
	url    string
	why    string // there is none
	dir    string
	cancel func()
	ended  chan struct{}
}

// URL is the address of an empty database for the test alone. Without a server
// the test is skipped.
func (s *Server) URL(t testing.TB) string {
	t.Helper()
	if s.url == "" {
		t.Skipf("no PostgreSQL: %s; install it (apt-get install postgresql), or run make services-up and set POSTGRES_URL", s.why)
	}
	name := "appealhub_test_" + strings.ToLower(rand.Text())
	s.exec(t, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'")
	if s.dir == "" { // a private server goes whole
		t.Cleanup(func() { s.exec(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	}
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// exec runs a statement on the server, outside of any test's database.
func (s *Server) exec(t testing.TB, sql string) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, s.url)
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v", err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, sql); err != nil {
		t.Fatalf("PostgreSQL for tests: %s: %v", sql, err)
	}
}

func (s *Server) start() {
	if s.url = os.Getenv("POSTGRES_URL"); s.url != "" {
		return
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		s.why = "its programs are not below /usr/lib/postgresql"
		return
	}
	slices.SortFunc(found, func(a, b string) int { return versionOf(b) - versionOf(a) })
	if err := s.launch(filepath.Dir(found[0])); err != nil {
		s.stop()
		s.url, s.why = "", err.Error()
	}
}

func versionOf(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}

// launch makes a cluster and starts its server, as user postgres if this is
// root, which it refuses to serve.
func (s *Server) launch(bin string) (err error) {
	if s.dir, err = os.MkdirTemp("", "appealhub-pg-"); err != nil {
		return err
	}
	as, err := s.owner()
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	setup := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-A", "trust", "-U", "appealhub", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	setup.SysProcAttr, setup.Dir = &syscall.SysProcAttr{Credential: as}, s.dir
	if out, err := setup.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200")
	cmd.SysProcAttr, cmd.Dir = ending(as), s.dir
	if err := s.serve(cmd); err != nil {
		return err
	}
	s.url = "postgres://appealhub@127.0.0.1:" + port + "/postgres?sslmode=disable"
	return nil
}

// owner is who the server runs as; nil: as this process does.
func (s *Server) owner() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(s.dir, uid, gid)
}

// serve starts the server and returns once it says that it is ready.
func (s *Server) serve(cmd *exec.Cmd) error {
	log, w := io.Pipe()
	cmd.Stderr = w
	started := make(chan error, 1)
	s.ended = make(chan struct{})
	go func() {
		runtime.LockOSThread() // the server dies with the thread that started it
		err := cmd.Start()
		started <- err
		if err == nil {
			err = cmd.Wait()
		}
		w.CloseWithError(fmt.Errorf("the server ended: %v", err))
		close(s.ended)
	}()
	if err := <-started; err != nil {
		return err
	}
	s.cancel = func() { _ = cmd.Process.Signal(syscall.SIGQUIT) } // at once: nothing is kept
	lines := bufio.NewScanner(log)
	var last string
	for lines.Scan() {
		last = lines.Text()
		if strings.Contains(last, "ready to accept connections") {
			go func() { _, _ = io.Copy(io.Discard, log) }()
			return nil
		}
	}
	return fmt.Errorf("the server did not start: %s", last)
}

func (s *Server) stop() {
	if s.cancel != nil {
		s.cancel()
		<-s.ended
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
