package intake

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// TestMessageOrder: what comes from a source keeps its order, since a revision follows
// what it revises; a submission over the API has nothing to follow.
func TestMessageOrder(t *testing.T) {
	in := New(Config{Now: time.Now})
	appeal := &sdk.Appeal{Ref: sdk.Ref{Link: "pos", ID: "1"}}
	for name, c := range map[string]struct {
		entry     journal.Entry
		unordered bool
	}{
		"of a source":  {entry: journal.Entry{Link: "pos", Appeal: appeal}},
		"over the API": {entry: journal.Entry{Link: link.ReservedName, Appeal: appeal, Once: true}, unordered: true},
	} {
		m, err := in.message(&c.entry)
		if err != nil {
			t.Fatal(err)
		}
		if m.Unordered != c.unordered {
			t.Errorf("an appeal %s: unordered is %v", name, m.Unordered)
		}
	}
	if in.cursorRecord(&journal.Position{Link: "pos"}).Unordered {
		t.Error("a cursor keeps its order")
	}
}

// TestKeyIsReference: a message's key is held to the rules of a reference before it
// becomes the appeal's, and what is wrong with it is named.
func TestKeyIsReference(t *testing.T) {
	in := New(Config{Now: time.Now, Bus: &bus.Kafka{}, Log: slog.New(slog.DiscardHandler)})
	good := []byte(`{"kind":"appeal","channel":"site","applicant":{"surname":"Образцова"},"text":"Яма"}`)
	from := func(name string) []bus.Header {
		return []bus.Header{{Name: bus.HeaderType, Value: bus.TypeAppeal}, {Name: bus.HeaderLink, Value: name}}
	}
	for name, c := range map[string]struct {
		m   bus.Message
		why string
	}{
		"a reference":      {bus.Message{Key: "api/1", Value: good, Headers: from("api")}, ""},
		"the longest":      {bus.Message{Key: "api/" + strings.Repeat("я", 255), Value: good, Headers: from("api")}, ""},
		"slashes":          {bus.Message{Key: "api/a/b", Value: good, Headers: from("api")}, ""},
		"no id":            {bus.Message{Key: "api/", Value: good, Headers: from("api")}, "its key is no reference, link/id: the id is missing (required)"},
		"no slash":         {bus.Message{Key: "1", Value: good, Headers: from("api")}, "its key is no reference, link/id: the id is missing (required)"},
		"NUL":              {bus.Message{Key: "api/a\x00", Value: good, Headers: from("api")}, "its key is no reference, link/id: the id holds U+0000 (nul)"},
		"no UTF-8":         {bus.Message{Key: "api/\xff", Value: good, Headers: from("api")}, "its key is no reference, link/id: the id is not valid UTF-8 (invalid_utf8)"},
		"too long":         {bus.Message{Key: "api/" + strings.Repeat("я", 256), Value: good, Headers: from("api")}, "its key is no reference, link/id: the id is longer than 255 characters (max_length)"},
		"another link's":   {bus.Message{Key: "pos/1", Value: good, Headers: from("api")}, "its ref is not its key: link/id of the link that it comes from"},
		"no key":           {bus.Message{Value: good, Headers: from("api")}, "has no key: it is the source's reference, link/id"},
		"no key, no link":  {bus.Message{Value: good, Headers: from("")}, "has no key: it is the source's reference, link/id"},
		"no key, unknown":  {bus.Message{Value: good, Headers: from("nobody")}, "has no key: it is the source's reference, link/id"},
		"an unknown link":  {bus.Message{Key: "nobody/1", Value: good, Headers: from("")}, `names a link that is not configured: "nobody"`},
		"the hub's own":    {bus.Message{Key: "bus/1", Value: good, Headers: from("bus")}, `names a link that is not configured: "bus"`},
		"unknown, control": {bus.Message{Key: "a\x1b\x00/1", Value: good, Headers: from("")}, `names a link that is not configured: "a\x1b�"`},
	} {
		e, err := in.entry(&c.m)
		if err != nil {
			t.Fatal(err)
		}
		why := ""
		if e.Rejected != nil {
			why = e.Rejected.Reason
		}
		if why != c.why {
			t.Errorf("%s:\n got %q\nwant %q", name, why, c.why)
		}
	}
}

// TestTimeOf: a message came in when its sender says, where that can be; else when
// the broker got it, and where that is no time either, now.
func TestTimeOf(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	in := New(Config{Now: func() time.Time { return now }})
	broker := now.Add(-time.Hour)
	for name, c := range map[string]struct {
		sent   string
		broker time.Time
		want   time.Time
	}{
		"as sent":               {"2026-11-29T09:00:00+03:00", broker, time.Date(2026, 11, 29, 6, 0, 0, 0, time.UTC)},
		"long ago":              {"1900-01-01T00:00:00Z", broker, time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)},
		"too long ago":          {"1899-12-31T23:59:59Z", broker, broker},
		"a day ahead":           {broker.Add(24 * time.Hour).Format(time.RFC3339), broker, broker.Add(24 * time.Hour)},
		"more than a day ahead": {broker.Add(24*time.Hour + time.Second).Format(time.RFC3339), broker, broker},
		"in centuries":          {"2999-01-01T00:00:00Z", broker, broker},
		"left out":              {"", broker, broker},
		"unreadable":            {"30.11.2026", broker, broker},
		"without a zone":        {"2026-11-29T09:00:00", broker, broker},
		"no broker's time":      {"", time.Time{}, now},
		"both in centuries":     {"2999-01-01T00:00:00Z", time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), now},
		"sent, no broker's":     {"2026-11-29T06:00:00Z", time.UnixMilli(-1), time.Date(2026, 11, 29, 6, 0, 0, 0, time.UTC)},
	} {
		m := &bus.Message{At: c.broker, Headers: []bus.Header{{Name: bus.HeaderTime, Value: c.sent}}}
		if got := in.timeOf(m); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
