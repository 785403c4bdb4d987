package postgres

import (
	"bytes"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// TestOutbox: events wait for their publisher without their bodies; a dead letter
// with what could not be delivered or read, and why.
func TestOutbox(t *testing.T) {
	j, _ := running(t, migrated(t), Options{Outbox: func() {}})
	if _, err := send(t, j, "1", "1"); err != nil {
		t.Fatal(err)
	}
	rejected := journal.Entry{At: time.Now(), Link: "pos", Rejected: &sdk.Raw{Body: []byte("{,"), Reason: "is no JSON", RefID: "2"}}
	if _, err := j.Append(t.Context(), journal.Batch{Entries: []journal.Entry{rejected}}); err != nil {
		t.Fatal(err)
	}
	c := claim(t, j, 1, time.Minute)[0]
	dead := journal.Settlement{Delivery: c.ID, Lease: c.Lease, At: time.Now(), As: journal.SettleDead, Kind: sdk.Rejected, Error: "no such district"}
	if errs, err := j.Settle(t.Context(), dead); err != nil || errs[0] != nil {
		t.Fatal(errs, err)
	}
	all, err := j.Unpublished(t.Context(), allShards(), 10)
	if err != nil || len(all) != 3 {
		t.Fatalf("%d events, %v", len(all), err)
	}
	kinds := map[journal.EventKind]journal.Unpublished{}
	for _, u := range all {
		if kinds[u.Event.Kind] = u; u.Event.Body != nil {
			t.Errorf("%s has its body", u.Event.Kind)
		}
	}
	if u := kinds[journal.AppealReceived]; u.Dead != nil || u.Why != "" {
		t.Errorf("an appeal: %+v", u)
	}
	if u := kinds[journal.ItemRejected]; string(u.Dead) != "{," || u.Why != "is no JSON" {
		t.Errorf("rejected: %q, %q", u.Dead, u.Why)
	}
	if u := kinds[journal.DeliveryDead]; len(u.Dead) == 0 || u.Why != "no such district" {
		t.Errorf("dead: %q, %q", u.Dead, u.Why)
	}
}

func allShards() (all []int) {
	for i := range journal.Shards {
		all = append(all, i)
	}
	return all
}

// TestLargeLetters: however many large dead letters wait, few are held at once, and
// none is left out.
func TestLargeLetters(t *testing.T) {
	j, _ := running(t, migrated(t), Options{Outbox: func() {}})
	const letters, size = 20, letterBytes / 8
	for i := range letters {
		raw := &sdk.Raw{Body: bytes.Repeat([]byte{byte('a' + i)}, size), Reason: "is no JSON"}
		if _, err := j.Append(t.Context(), journal.Batch{Entries: []journal.Entry{{At: time.Now(), Link: "pos", Rejected: raw}}}); err != nil {
			t.Fatal(err)
		}
	}
	for told := 0; told < letters; {
		all, err := j.Unpublished(t.Context(), allShards(), 2*letters)
		if err != nil || len(all) == 0 || len(all)*size > letterBytes+size {
			t.Fatalf("%d letters at once after %d, %v", len(all), told, err)
		}
		for _, u := range all {
			if len(u.Dead) != size || u.Dead[0] != byte('a'+told) {
				t.Fatalf("letter %d has %d bytes", told, len(u.Dead))
			}
			if told++; j.Published(t.Context(), u.Event.Seq) != nil {
				t.Fatal("it stays in the outbox")
			}
		}
	}
}
