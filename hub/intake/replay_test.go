package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// failing is a journal whose appends fail.
type failing struct {
	journal.Journal
	err error
}

func (f failing) Append(context.Context, journal.Batch) ([]journal.Result, error) { return nil, f.err }

// TestReplayRefused: what the journal does not take is refused with a reason of the
// message's own; a journal that can't be used, and a thing that is off the list, are
// told as that.
func TestReplayRefused(t *testing.T) {
	m := &bus.Message{Key: "api/1", Headers: []bus.Header{{Name: bus.HeaderType, Value: bus.TypeAppeal}, {Name: bus.HeaderLink, Value: "api"}}}
	value := []byte(`{"kind":"appeal","channel":"site","applicant":{"surname":"Образцова"},"text":"Яма"}`)
	body, err := journal.RawBody(&sdk.Raw{Body: value, Reason: "names a file that is not stored"}, original(m))
	if err != nil {
		t.Fatal(err)
	}
	good := journal.Parked{ID: 7, Link: "api", Place: "0-5", Reason: journal.ReasonUnparsable, Body: body}
	torn := good
	torn.Body = []byte("{")
	other := good
	other.Reason = journal.ReasonConflict
	for name, c := range map[string]struct {
		parked journal.Parked
		err    error
		want   string // of a Refused; empty: the journal's own error
	}{
		"a row":        {good, fmt.Errorf("entry 1: %w", journal.ErrRefused), "is rejected still: " + notTaken},
		"an entry":     {good, errors.New("entry 1: an appeal without a reference"), "is rejected still: " + notTaken},
		"a conflict":   {other, nil, "is no message of the inbound topic, no item of a link that was rejected, and no appeal that found no way"},
		"torn":         {torn, nil, "can't be read any more as the journal keeps it"},
		"down":         {good, journal.ErrUnavailable, ""},
		"full":         {good, journal.ErrFull, ""},
		"off the list": {good, journal.ErrNotFound, ""},
		"waits":        {good, journal.ErrState, ""},
	} {
		in := New(Config{Journal: failing{err: c.err}, Bus: &bus.Kafka{}, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		_, err := in.Replay(t.Context(), &c.parked, "operator", "", false)
		var refused *Refused
		switch {
		case errors.As(err, &refused) && refused.Why == c.want:
		case refused == nil && c.want == "" && errors.Is(err, c.err):
		default:
			t.Errorf("%s: %v", name, err)
		}
	}
}
