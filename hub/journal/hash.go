package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
)

// Sum computes the hash of e over its columns in one canonical form, the hash
// before it and the digest of its body. The place in the whole journal (Seq) is
// not part of it, so that copying between databases keeps the chain valid.
func (e *Event) Sum() []byte {
	w := canonical{h: sha256.New()}
	w.text("appealhub.event.v1")
	w.text(e.ID)
	w.text(e.Stream)
	w.number(e.Sequence)
	w.text(string(e.Kind))
	w.number(e.At.UnixMicro())
	for _, s := range []string{e.Link, e.RefID, e.SourceID, e.Actor, e.Organisation, string(e.Status), string(e.Outcome), e.External} {
		w.text(s)
	}
	w.number(int64(e.Revision))
	w.text(string(e.Verb))
	w.number(e.Delivery)
	for _, s := range []string{e.Attachment, e.ReceiptID, e.Token, string(e.Reason)} {
		w.text(s)
	}
	w.bytes(e.PrevHash)
	w.bytes(e.BodyDigest)
	return w.h.Sum(nil)
}

// canonical writes length-prefixed values, so that no two rows share a form.
type canonical struct {
	h   hash.Hash
	buf [8]byte
}

func (w *canonical) number(n int64) {
	binary.BigEndian.PutUint64(w.buf[:], uint64(n))
	w.h.Write(w.buf[:])
}

func (w *canonical) text(s string) { w.bytes([]byte(s)) }

func (w *canonical) bytes(b []byte) {
	w.number(int64(len(b)))
	w.h.Write(b)
}

// FirstHash is what the first event of a stream carries as PrevHash.
func FirstHash() []byte { return make([]byte, sha256.Size) }

// Fault is a break in a chain: the record it names was changed, removed or
// moved.
type Fault struct {
	Stream   string
	Sequence int64  // of the record at fault
	ID       string // of the record found there; empty where one is missing
	What     string
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
