package sqlite

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/journaltest"
	"github.com/appealhub/appealhub/sdk"
)

func claimAll(t *testing.T, j *Journal) []journal.Claimed {
	t.Helper()
	out, err := j.Claim(t.Context(), journal.Claim{Link: "rx", Limit: 9, Lease: time.Minute, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestUnreadableError: a last error's text that can't be read holds up neither its
// delivery nor those beside it, and an operator can decide about it.
func TestUnreadableError(t *testing.T) {
	j, _ := running(t, filepath.Join(t.TempDir(), "journal.db"))
	for _, id := range []string{"1", "2"} {
		if _, err := add(t, j, id, "x"); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range claimAll(t, j) {
		now := time.Now()
		s := journal.Settlement{Delivery: c.ID, Lease: c.Lease, At: now, As: journal.SettleRetry, Kind: sdk.Transient, Error: "no route to host", Due: now}
		if errs, err := j.Settle(t.Context(), s); err != nil || errs[0] != nil {
			t.Fatal(errs, err)
		}
	}
	err := j.do(t.Context(), false, func(tx *tx) error { return tx.c.exec("UPDATE deliveries SET last_error = x'77' WHERE id = 1") })
	if err != nil {
		t.Fatal(err)
	}
	out := claimAll(t, j)
	if len(out) != 2 || out[0].Payload == nil || out[0].LastError != "" || out[1].LastError != "no route to host" {
		t.Fatalf("claimed %+v", out)
	}
	all, err := j.Deliveries(t.Context(), journal.DeliveryQuery{Link: out[0].Link})
	if err != nil || len(all) != 2 || all[0].LastError != "" || all[1].LastError != "no route to host" {
		t.Errorf("listed %+v, %v", all, err)
	}
	later := time.Now().Add(time.Hour) // the lease has ended
	if ids, err := j.Act(t.Context(), journal.Action{Kind: journal.ActSkip, IDs: []int64{1}, At: later}); err != nil || len(ids) != 1 {
		t.Errorf("skipped %v, %v", ids, err)
	}
}

// locked is a codec whose key of one stream can't be had while fault is set.
type locked struct {
	journal.PlainCodec
	fault  *error
	stream string
}

// Open is journal.Codec's.
func (l locked) Open(stream string, sealed []byte) ([]byte, error) {
	if *l.fault != nil && stream == l.stream {
		return nil, *l.fault
	}
	return l.PlainCodec.Open(stream, sealed)
}

// TestUnreadableForNow: what can't be read because the database fails is not given
// out as if it were spoilt: it would become a dead letter. Nothing that was asked for
// with it is leased either, for nobody would have it in hand.
func TestUnreadableForNow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j, stop := running(t, path)
	first, err := add(t, j, "1", "x")
	if err != nil {
		t.Fatal(err)
	}
	second, err := add(t, j, "2", "x")
	if err != nil {
		t.Fatal(err)
	}
	stop()
	var fault error
	j, stop = runningWith(t, path, journal.Options{Planner: journaltest.Planner{}, Codec: locked{fault: &fault, stream: second.Appeal}})
	defer stop()
	fault = journal.ErrUnavailable
	_, err = j.Claim(t.Context(), journal.Claim{Link: "rx", Limit: 9, Lease: time.Minute, Now: time.Now()})
	if !errors.Is(err, journal.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	fault = nil
	if out := claimAll(t, j); len(out) != 2 || out[0].Appeal != first.Appeal || out[0].Payload == nil || out[1].Payload == nil {
		t.Errorf("afterwards %+v", out)
	}
}
