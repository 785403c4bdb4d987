package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/appealhub/appealhub/hub/journal"
)

// TestTampering: what is changed behind the hub's back is named.
func TestTampering(t *testing.T) {
	url := migrated(t)
	for name, c := range map[string]struct{ sql, want string }{
		"nothing":          {"UPDATE events SET at = at", ""},
		"a column":         {"UPDATE events SET status = 'closed' WHERE sequence = 1", "record 1"},
		"a body":           {`UPDATE events SET body = '\x00'::bytea || sha256('x') || 'forged' WHERE sequence = 1`, "its body was changed"},
		"a body removed":   {"UPDATE events SET body = NULL WHERE sequence = 1", "its body was changed"},
		"a record removed": {"DELETE FROM events WHERE sequence = 2", "record 2 (): 1 record(s) removed"},
		"a record moved":   {"UPDATE events SET sequence = 9 WHERE sequence = 2", "record 2"},
		"a body of no key": {`UPDATE events SET body = '\x77' WHERE sequence = 1`, "its body was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			empty(t, url)
			j, _ := running(t, url, Options{})
			r, err := send(t, j, "1", "1")
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if _, err := j.Act(t.Context(), journal.Action{Kind: journal.ActRetry, IDs: []int64{1}, At: time.Now()}); err != nil {
					t.Fatal(err)
				}
			}
			query(t, url, c.sql)
			faults := faultsOf(t, url)
			if c.want == "" && len(faults) == 0 {
				return
			}
			if len(faults) == 0 || !strings.Contains(faults[0].Error(), c.want) || faults[0].Stream != r.Appeal {
				t.Errorf("got %v", faults)
			}
		})
	}
}

func faultsOf(t *testing.T, url string) (faults []journal.Fault) {
	t.Helper()
	j, err := OpenReadOnly(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if _, err := send(t, j, "2", "1"); !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("append to what is open for reading: %v", err)
	}
	var v journal.Verifier
	err = j.Scan(t.Context(), func(e *journal.Event, digest []byte) error {
		faults = append(faults, v.Check(e, digest)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return faults
}

// TestUnreadable: a body that can't be read costs its own delivery, nobody
// else's.
func TestUnreadable(t *testing.T) {
	url := migrated(t)
	j, _ := running(t, url, Options{})
	for _, id := range []string{"1", "2", "3"} {
		if _, err := send(t, j, id, "1"); err != nil {
			t.Fatal(err)
		}
	}
	query(t, url, `UPDATE events SET body = CASE ref_id WHEN '1' THEN '\x77'::bytea ELSE '\x00'::bytea || substr(sha256('x'), 1, 16) || '{' END WHERE ref_id <> '3'`)
	query(t, url, `UPDATE deliveries SET last_error = '\x77'`) // no reason to hold anything up
	other, _ := running(t, url, Options{Node: "other"})        // has nothing of it at hand
	out := claim(t, other, 9, time.Minute)
	if len(out) != 3 {
		t.Fatalf("claimed %d", len(out))
	}
	if all, err := other.Deliveries(t.Context(), journal.DeliveryQuery{}); err != nil || len(all) != 3 {
		t.Errorf("listed %d, %v", len(all), err)
	}
	if out[0].Payload != nil || out[1].Payload != nil || out[2].Payload == nil {
		t.Errorf("payloads: %v, %v, %v", out[0].Payload, out[1].Payload, out[2].Payload)
	}
	if errs, err := other.Settle(t.Context(), done(out[0]), done(out[1]), done(out[2])); errors.Join(append(errs, err)...) != nil {
		t.Error(errs, err)
	}
}

// TestFailed: what goes wrong is told apart as the journal's callers know it.
func TestFailed(t *testing.T) {
	for code, want := range map[string]error{
		"53100": journal.ErrFull, "40001": errRace, "40P01": errRace, "55P03": errRace, "22021": journal.ErrRefused, "23514": journal.ErrRefused,
		"54000": journal.ErrRefused, // a key that no index takes
		"57P01": journal.ErrUnavailable, "53300": journal.ErrUnavailable, "25006": journal.ErrUnavailable, "42501": journal.ErrUnavailable,
	} {
		err := failed(fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: code, Message: "x"}))
		if !errors.Is(err, want) || !broken(err) {
			t.Errorf("%s: %v", code, err)
		}
		if again := failed(err); !errors.Is(again, err) {
			t.Errorf("%s, twice: %v", code, again)
		}
	}
	if err := failed(&pgconn.PgError{Code: "26000"}); !errors.Is(err, journal.ErrUnavailable) || !strings.Contains(err.Error(), "cache_describe") {
		t.Errorf("a pooler that keeps no prepared statements: %v", err)
	}
	taken := &pgconn.PgError{Code: "23505", TableName: "refs"}
	if err := failed(taken); !errors.Is(err, errRace) {
		t.Errorf("a reference that was free: %v", err)
	}
	if err := failed(io.ErrUnexpectedEOF); !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("a lost connection: %v", err)
	}
	if err := failed(context.Canceled); errors.Is(err, journal.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who left: %v", err)
	}
}

// TestReadersBusy: readers that take their time keep no writer waiting.
func TestReadersBusy(t *testing.T) {
	j, _ := running(t, migrated(t), Options{})
	for range j.pool.Config().MaxConns {
		c, err := j.pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Release()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := j.Append(ctx, journal.Batch{Entries: []journal.Entry{entry(message("1", "1"))}}); err != nil {
		t.Error(err)
	}
}
