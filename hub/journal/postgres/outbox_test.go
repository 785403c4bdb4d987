package postgres

import (
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
	var shards []int
	for i := range journal.Shards {
		shards = append(shards, i)
	}
	all, err := j.Unpublished(t.Context(), shards, 10)
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
