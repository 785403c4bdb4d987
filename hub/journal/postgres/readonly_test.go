package postgres

import (
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
)

// makeReadOnly has a database take no writes, or take them again, in every session
// that begins from then on.
func makeReadOnly(t *testing.T, address string, on bool) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	set := " RESET default_transaction_read_only"
	if on {
		set = " SET default_transaction_read_only = on"
	}
	q := u.Query()
	q.Set("default_transaction_read_only", "off")
	u.RawQuery = q.Encode()
	query(t, u.String(), "ALTER DATABASE "+pgx.Identifier{strings.TrimPrefix(u.Path, "/")}.Sanitize()+set)
	if on {
		query(t, u.String(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	}
}

// TestReadOnly: a database that an administrator has taken writes from is named with a
// remedy, and the journal goes on by itself once it takes them again: sessions of
// between would stay as they were.
func TestReadOnly(t *testing.T) {
	url := migrated(t)
	j, _ := running(t, url, Options{})
	makeReadOnly(t, url, true)
	for range 10 { // on every connection that it may have
		if _, err := send(t, j, "1", "1"); !errors.Is(err, journal.ErrUnavailable) {
			t.Fatalf("while nothing can be written: %v", err)
		}
		if _, err := j.Claim(t.Context(), journal.Claim{Link: "rx", Limit: 1}); !errors.Is(err, journal.ErrUnavailable) {
			t.Fatalf("claim: %v", err)
		}
	}
	for address, want := range map[string]string{url: "takes no writes", url + "&target_session_attrs=read-write": "none of the servers takes writes"} {
		_, err := Check(t.Context(), address)
		var open *OpenError
		if !errors.As(err, &open) || !strings.Contains(open.What, want) || open.Remedy == "" || !open.Unreachable {
			t.Errorf("check: %v", err)
		}
	}
	_, err := Open(t.Context(), url, j.options)
	if err == nil || !strings.Contains(err.Error(), "takes no writes") {
		t.Errorf("open: %v", err)
	}
	makeReadOnly(t, url, false)
	if _, err := send(t, j, "1", "1"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if _, err := j.Claim(t.Context(), journal.Claim{Link: "rx", Limit: 1}); err != nil {
		t.Errorf("claim, afterwards: %v", err)
	}
}

// TestLateReadOnly: a node that starts while its database takes no writes waits until it
// does, and says once why it waits.
func TestLateReadOnly(t *testing.T) {
	url := migrated(t)
	makeReadOnly(t, url, true)
	log := &saying{said: make(chan string, 8)}
	j, stop := running(t, url, Options{Late: true, Log: slog.New(slog.NewTextHandler(log, nil))})
	if line := <-log.said; !strings.Contains(line, "takes no writes") {
		t.Errorf("it says %s", line)
	}
	makeReadOnly(t, url, false)
	untilDone(t, func() error { _, err := send(t, j, "1", "1"); return err })
	stop()
	if n := len(log.said); n > 0 {
		t.Errorf("it says more: %s", <-log.said)
	}
}

// saying passes on the lines of a log.
type saying struct{ said chan string }

func (s *saying) Write(line []byte) (int, error) {
	s.said <- string(line)
	return len(line), nil
}
