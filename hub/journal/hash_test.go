package journal_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func event() *journal.Event {
	return &journal.Event{
		Seq: 77, ID: "01a20beb-100d-72f6-acf1-c24e3dd37bf3", Stream: "01a20beb-100d-72f6-acf1-c24e3dd37bf4", Sequence: 2, Kind: journal.StatusChanged,
		At: time.Date(2026, 11, 20, 9, 0, 0, 123456000, time.UTC), Link: "rx", RefID: "15", SourceID: "s", Actor: "operator", Organisation: "adm",
		Status: sdk.StatusAnswered, Outcome: sdk.OutcomeExplained, External: "Explained", Revision: 1, Verb: journal.VerbStatus, Delivery: 9,
		Attachment: "a", ReceiptID: "r", Token: "t", Reason: journal.ReasonStale, PrevHash: bytes.Repeat([]byte{1}, 32), BodyDigest: bytes.Repeat([]byte{2}, 32),
	}
}

// TestSumVector pins the canonical form: chains that are stored must stay valid
// for ever, in every database and every later version.
func TestSumVector(t *testing.T) {
	var want strings.Builder
	part := func(s string) { fmt.Fprintf(&want, "%s%s", number(int64(len(s))), s) }
	e := event()
	part("appealhub.event.v1")
	part(e.ID)
	part(e.Stream)
	want.WriteString(number(2))
	part("status.changed")
	want.WriteString(number(e.At.UnixNano() / 1000))
	for _, s := range []string{"rx", "15", "s", "operator", "adm", "answered", "explained", "Explained"} {
		part(s)
	}
	want.WriteString(number(1))
	part("status")
	want.WriteString(number(9))
	for _, s := range []string{"a", "r", "t", "stale", string(e.PrevHash), string(e.BodyDigest)} {
		part(s)
	}
	sum := sha256.Sum256([]byte(want.String()))
	const pinned = "be8d84ee85f5ece239e9c9cafcc49a02730dfc1bae2c094eac961d618ddf91bd"
	if got := e.Sum(); !bytes.Equal(got, sum[:]) || hex.EncodeToString(got) != pinned {
		t.Errorf("sum %x, by hand %x, pinned %s", got, sum, pinned)
	}
}

// number is eight bytes, the highest first.
func number(n int64) string {
	var b [8]byte
	for i := range b {
		b[7-i] = byte(n >> (8 * i))
	}
	return string(b[:])
}

// TestSumCoversEveryColumn: whatever column is changed, the hash is another; only
// the place in the whole journal may change, and what is computed from the sum.
func TestSumCoversEveryColumn(t *testing.T) {
	free := []string{"Seq", "Hash", "Body"}
	typ := reflect.TypeFor[journal.Event]()
	for i := range typ.NumField() {
		e := event()
		before := e.Sum()
		switch v := reflect.ValueOf(e).Elem().Field(i); v.Kind() {
		case reflect.String:
			v.SetString(v.String() + "x")
		case reflect.Int, reflect.Int64:
			v.SetInt(v.Int() + 1)
		case reflect.Slice:
			v.SetBytes(append(slices.Clone(v.Bytes()), 3))
		case reflect.Struct:
			v.Set(reflect.ValueOf(e.At.Add(time.Microsecond)))
		default:
			t.Fatalf("%s is of a kind that the test can't change", typ.Field(i).Name)
		}
		if same := bytes.Equal(before, e.Sum()); same != slices.Contains(free, typ.Field(i).Name) {
			t.Errorf("%s: the same hash: %v", typ.Field(i).Name, same)
		}
	}
}

// TestSumKeepsColumnsApart: what moves from the end of one column to the start of
// the next makes another row.
func TestSumKeepsColumnsApart(t *testing.T) {
	a, b := event(), event()
	a.RefID, a.SourceID = "15", "s"
	b.RefID, b.SourceID = "1", "5s"
	if bytes.Equal(a.Sum(), b.Sum()) {
		t.Error("two rows share a form")
	}
}

// chain is a stream of n sound events.
func chain(n int) []*journal.Event {
	prev := journal.FirstHash()
	var all []*journal.Event
	for i := range n {
		e := event()
		e.ID, e.Sequence, e.PrevHash, e.BodyDigest = fmt.Sprint("e", i+1), int64(i+1), prev, []byte{byte(i)}
		e.Hash = e.Sum()
		prev = e.Hash
		all = append(all, e)
	}
	return all
}

func TestVerifier(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(all []*journal.Event) []*journal.Event
		want  []string // a part of each fault
	}{
		"sound": {func(all []*journal.Event) []*journal.Event { return all }, nil},
		"a column changed": {func(all []*journal.Event) []*journal.Event {
			all[1].Status = sdk.StatusRefused
			return all
		}, []string{"record 2 (e2): its columns were changed"}},
		"a column changed and its hash mended": {func(all []*journal.Event) []*journal.Event {
			all[1].Status = sdk.StatusRefused
			all[1].Hash = all[1].Sum()
			return all
		}, []string{"record 3 (e3): does not follow the record before it"}},
		"one removed": {func(all []*journal.Event) []*journal.Event { return slices.Delete(all, 1, 2) }, []string{"record 2 (): 1 record(s) removed before record 3"}},
		"two removed": {func(all []*journal.Event) []*journal.Event { return slices.Delete(all, 0, 2) }, []string{"record 1 (): 2 record(s) removed before record 3"}},
		"one doubled": {func(all []*journal.Event) []*journal.Event { return slices.Insert(all, 2, all[1]) }, []string{"record 2 (e2): its number stands twice"}},
		"two changed places": {func(all []*journal.Event) []*journal.Event {
			all[1], all[2] = all[2], all[1]
			return all
		}, []string{"record 2 (): 1 record(s) removed before record 3", "record 2 (e2): its number stands twice", "record 4"}},
		"another stream begins": {func(all []*journal.Event) []*journal.Event {
			other := event()
			other.Stream, other.Sequence, other.PrevHash = "another", 1, journal.FirstHash()
			other.BodyDigest = []byte{byte(len(all))}
			other.Hash = other.Sum()
			return append(all, other)
		}, nil},
		"a tail removed can't be seen": {func(all []*journal.Event) []*journal.Event { return all[:2] }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var v journal.Verifier
			var faults []journal.Fault
			for _, e := range c.spoil(chain(4)) {
				faults = append(faults, v.Check(e, e.BodyDigest)...)
			}
			if len(faults) != len(c.want) {
				t.Fatalf("got %v, want %q", faults, c.want)
			}
			for i, f := range faults {
				if !strings.Contains(f.Error(), c.want[i]) {
					t.Errorf("got %v, want %q in it", f, c.want[i])
				}
			}
		})
	}
}

// TestVerifierBody: a body that is not the one recorded is named.
func TestVerifierBody(t *testing.T) {
	var v journal.Verifier
	e := chain(1)[0]
	faults := v.Check(e, []byte("another"))
	if len(faults) != 1 || !strings.Contains(faults[0].What, "body was changed") || faults[0].ID != "e1" {
		t.Errorf("got %v", faults)
	}
}

// TestPack: the digest is salted, so that a known body can't be found by it, and
// it is that of what is unpacked.
func TestPack(t *testing.T) {
	body := []byte(`{"text":"x"}`)
	one, first := journal.Pack(body)
	_, second := journal.Pack(body)
	if bytes.Equal(first, second) {
		t.Error("the same body has the same digest twice")
	}
	sealed, err := journal.PlainCodec{}.Seal(nil, "stream", one)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := journal.PlainCodec{}.Open("stream", sealed)
	if err != nil {
		t.Fatal(err)
	}
	back, digest, err := journal.Unpack(opened)
	if err != nil || !bytes.Equal(back, body) || !bytes.Equal(digest, first) {
		t.Errorf("%q comes back as %q with digest %x for %x, %v", body, back, digest, first, err)
	}
	if _, _, err := journal.Unpack([]byte("short")); err == nil {
		t.Error("what is too short for its salt is unpacked")
	}
	for _, sealed := range [][]byte{nil, {}, []byte("\x01abc")} {
		if _, err := (journal.PlainCodec{}).Open("stream", sealed); err == nil {
			t.Errorf("%q is opened as plain", sealed)
		}
	}
}
