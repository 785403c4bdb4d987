package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
)

// Sum computes the hash of e over its columns in one canonical form, the hash
// before it and the digest of its body. The place in the whole journal (Seq) is
// not part of it, so that copying between databases keeps the chain valid.
func (e *Event) Sum() []byte {
	w := forms.Get().(*canonical)
	defer forms.Put(w)
	*w = (*w)[:0]
	w.text("appealhub.event.v1")
	w.text(e.ID)
	w.text(e.Stream)
	w.number(e.Sequence)
	w.text(string(e.Kind))
	w.number(e.At.UnixMicro())
	w.text(e.Link)
	w.text(e.RefID)
	w.text(e.SourceID)
	w.text(e.Actor)
	w.text(e.Organisation)
	w.text(string(e.Status))
	w.text(string(e.Outcome))
	w.text(e.External)
	w.number(int64(e.Revision))
	w.text(string(e.Verb))
	w.number(e.Delivery)
	w.text(e.Attachment)
	w.text(e.ReceiptID)
	w.text(e.Token)
	w.text(string(e.Reason))
	w.bytes(e.PrevHash)
	w.bytes(e.BodyDigest)
	sum := sha256.Sum256(*w)
	return sum[:]
}

// forms are the rooms of canonical forms, used again.
var forms = sync.Pool{New: func() any { return new(canonical) }}

// canonical takes length-prefixed values, so that no two rows share a form.
type canonical []byte

func (w *canonical) number(n int64) { *w = binary.BigEndian.AppendUint64(*w, uint64(n)) }

func (w *canonical) text(s string) {
	w.number(int64(len(s)))
	*w = append(*w, s...)
}

func (w *canonical) bytes(b []byte) {
	w.number(int64(len(b)))
	*w = append(*w, b...)
}

// FirstHash is what the first event of a stream carries as PrevHash.
func FirstHash() []byte { return make([]byte, sha256.Size) }

// Fault is a break in a chain: the record it names was changed, removed or
// moved.
type Fault struct {
	Stream   string `json:"stream"`
	Sequence int64  `json:"sequence"` // of the record at fault
	ID       string `json:"id"`       // of the record found there; empty where one is missing
	What     string `json:"what"`
}

// Error returns the fault as one line.
func (f Fault) Error() string {
	return fmt.Sprintf("stream %s, record %d (%s): %s", f.Stream, f.Sequence, f.ID, f.What)
}

// Verifier checks one stream's events, given in order of Sequence. A removed
// tail can't be seen by a chain alone.
type Verifier struct {
	stream string
	next   int64
	prev   []byte
}

// Check returns the faults that e shows against the events before it.
func (v *Verifier) Check(e *Event, digest []byte) []Fault {
	if v.next == 0 || v.stream != e.Stream {
		v.stream, v.next, v.prev = e.Stream, 1, FirstHash()
	}
	var faults []Fault
	fault := func(seq int64, id, format string, args ...any) {
		faults = append(faults, Fault{Stream: e.Stream, Sequence: seq, ID: id, What: fmt.Sprintf(format, args...)})
	}
	switch {
	case e.Sequence > v.next:
		fault(v.next, "", "%d record(s) removed before record %d", e.Sequence-v.next, e.Sequence)
	case e.Sequence < v.next:
		fault(e.Sequence, e.ID, "its number stands twice in the stream")
	case !bytes.Equal(e.PrevHash, v.prev):
		fault(e.Sequence, e.ID, "does not follow the record before it: one of the two was moved or replaced")
	}
	if !bytes.Equal(e.BodyDigest, digest) {
		fault(e.Sequence, e.ID, "its body was changed")
	}
	if !bytes.Equal(e.Hash, e.Sum()) {
		fault(e.Sequence, e.ID, "its columns were changed")
	}
	v.next, v.prev = e.Sequence+1, e.Hash
	return faults
}
