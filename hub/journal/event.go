package journal

import (
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// EventKind says what happened.
type EventKind string

// The kinds of events. Streams: the appeal's own for all but the Item and Link
// kinds, which lie in the stream of their link (LinkStream).
const (
	AppealReceived    EventKind = "appeal.received"    // a new appeal
	AppealRevised     EventKind = "appeal.revised"     // the same appeal with other content
	StatusChanged     EventKind = "status.changed"     // a change from a link, applied or not (see Event.Reason)
	StatusParked      EventKind = "status.parked"      // a change for a reference nobody knows yet; in the link's stream
	ItemRejected      EventKind = "item.rejected"      // could not be parsed; in the link's stream
	ItemReplayed      EventKind = "item.replayed"      // what was rejected is taken after all; in the link's stream
	ItemDismissed     EventKind = "item.dismissed"     // an operator takes a parked thing off the list; in the link's stream
	AttachmentStored  EventKind = "attachment.stored"  // the bytes are in the spool
	AttachmentMissing EventKind = "attachment.missing" // the bytes can't be had
	DeliveryDone      EventKind = "delivery.done"      // a link took it
	DeliveryDead      EventKind = "delivery.dead"      // a dead letter
	DeliveryRequeued  EventKind = "delivery.requeued"  // an operator retries a dead letter
	DeliverySkipped   EventKind = "delivery.skipped"   // an operator gives a delivery up, or the one that it needs
	AppealRouted      EventKind = "appeal.routed"      // a parked appeal found its way
	DeadlineNear      EventKind = "deadline.near"      // a term ends soon
	DeadlinePassed    EventKind = "deadline.passed"    // a term has ended, and what was due has not happened
	DeadlineWithdrawn EventKind = "deadline.withdrawn" // a term that was told to have passed ends later after all, was met in time, or does not run
	DeadlineMoved     EventKind = "deadline.moved"     // a term was counted anew by other rules or another calendar: it ends on another day, is new or runs no more
	DeadlineNoted     EventKind = "deadline.noted"     // an operator tells what an official did
	LinkPaused        EventKind = "link.paused"        // by an operator or by refused credentials
	LinkResumed       EventKind = "link.resumed"
)

// Reason says why something was parked, refused a move or died. It is a code
// for columns and metrics, never a text.
type Reason string

// The reasons.
const (
	ReasonNone           Reason = ""
	ReasonUnknownRef     Reason = "unknown_ref"     // no appeal has this reference yet
	ReasonUnmapped       Reason = "unmapped_status" // an external code without a canonical status
	ReasonIllegalMove    Reason = "illegal_move"    // not reachable from the present status
	ReasonStale          Reason = "stale"           // older than what has been applied; on record only
	ReasonNotLead        Reason = "not_lead"        // of a link that doesn't lead; on record only
	ReasonNoRoute        Reason = "no_route"        // no route takes the appeal
	ReasonNoOrganisation Reason = "no_organisation" // the addressee is nobody's
	ReasonUnparsable     Reason = "unparsable"      // raw bytes kept
	ReasonConflict       Reason = "conflict"        // other content under a known idempotency key; kept, not applied
	ReasonNoRecord       Reason = "no_record"       // the creation of the record that a delivery goes to was given up; for DeliverySkipped
)

// Event is one row of the log.
type Event struct {
	Seq          int64  // place in the journal, growing in order of commit
	ID           string // UUIDv7
	Stream       string // the appeal's id, or LinkStream
	Sequence     int64  // place in the stream, from 1 without gaps
	Kind         EventKind
	At           time.Time // the hub's clock, UTC, cut to µs
	Link         string    // the link it came from or went to
	RefID        string    // the record's id in that link's system
	SourceID     string    // content version of an appeal, id of a change, digest of raw bytes, Notice.Key
	Actor        string    // name of the API token; empty: the hub itself
	Organisation string
	Status       sdk.Status
	Outcome      sdk.Outcome
	External     string // the system's own status code
	Revision     int    // of the appeal, for AppealReceived and AppealRevised
	Verb         Verb   // of the delivery, for the Delivery and Attachment kinds
	Delivery     int64  // id of the delivery
	Attachment   string // id of the attachment
	ReceiptID    string // id of the record, file or answer that the system returned
	Token        string // of an asynchronous receipt; of the Item kinds: Entry.Place
	Reason       Reason // why it was parked or not applied; for DeliveryDead the error's kind
	PrevHash     []byte // Hash of the stream's event before this one; 32 zero bytes for the first
	BodyDigest   []byte // SHA-256 over salt and plaintext of the body; empty without a body
	Hash         []byte // SHA-256 by Sum
	Body         []byte // plaintext JSON of the payload; empty without one
}

// LinkStream is the stream of what happens to a link itself.
func LinkStream(link string) string { return "link:" + link }

// Cut brings a time to the form in which the journal keeps it: UTC, whole
// microseconds.
func Cut(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Conflicting is what is kept of an entry that came with other content under a
// known idempotency key.
func Conflicting(e *Entry) *sdk.Raw {
	return &sdk.Raw{RefID: e.Appeal.Ref.ID, Body: e.Keep, Reason: "the idempotency key came with other content before"}
}
