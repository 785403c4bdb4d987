package journal

import (
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// Verb is what a delivery does.
type Verb string

// The verbs of deliveries.
const (
	VerbFetch      Verb = "fetch"      // read an attachment's bytes from its source into the spool
	VerbAppeal     Verb = "appeal"     // sdk.AppealSink
	VerbAttachment Verb = "attachment" // sdk.AttachmentSink
	VerbStatus     Verb = "status"     // sdk.StatusSink
	VerbConfirm    Verb = "confirm"    // sdk.Confirmer
	VerbDeadline   Verb = "deadline"   // sdk.DeadlineSink
)

// MovesFile reports whether the verb moves an attachment's bytes, which may take long.
func (v Verb) MovesFile() bool { return v == VerbFetch || v == VerbAttachment }

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states. Ready: first of its appeal and link, due at Due. Queued: behind
// another one. Held: waits for a file. Dead: holds back those behind it until
// it is requeued or skipped.
const (
	DeliveryReady   DeliveryState = "ready"
	DeliveryQueued  DeliveryState = "queued"
	DeliveryHeld    DeliveryState = "held"
	DeliveryDeadly  DeliveryState = "dead"
	DeliveryDoneOK  DeliveryState = "done"
	DeliveryGivenUp DeliveryState = "skipped"
)

// Delivery is one planned call of a link.
type Delivery struct {
	ID         int64
	Appeal     string
	Link       string
	Verb       Verb
	Attachment string
	Event      int64 // Seq of the event that caused it
	State      DeliveryState
	Attempts   int       // failed ones that count against the limit
	Due        time.Time // not before
	CreatedAt  time.Time
	SettledAt  time.Time // zero while open
	ReceiptID  string
	LastKind   sdk.Kind // of the last failure
	LastError  string   // its text, from a sealed column; for operators only
}

// Claimed is a delivery in the hands of a worker, with all it needs.
type Claimed struct {
	Delivery
	Lease string    // to be given back with the settlement
	Until time.Time // end of the lease, by the clock that Claim.Now was read from
	View  View      // of the appeal
	To    sdk.Ref   // the appeal's record in the link's system; zero before it is known
	Token string    // for VerbConfirm
	// What the verb carries; nil where the journal can't read it any more.
	Payload *sdk.Appeal       // for VerbAppeal: with id, revision, organisation, attachments' stored state
	Change  *sdk.StatusChange // for VerbStatus: attachments carry receipts of earlier steps as Ref
	File    *sdk.Attachment   // for a verb that moves a file: with size and SHA-256 once stored
	Notice  *sdk.Deadline     // for VerbDeadline
}

// Claim asks for due deliveries of one link.
type Claim struct {
	Link      string
	Limit     int           // at most so many
	Lease     time.Duration // from the journal's clock
	FileLease time.Duration // of what moves a file; 0: Lease
	Now       time.Time     // the caller's clock; the journal's too, where it has none of its own
}

// LeaseOf is how long a delivery of the verb is leased.
func (c Claim) LeaseOf(v Verb) time.Duration {
	if v.MovesFile() && c.FileLease > 0 {
		return c.FileLease
	}
	return c.Lease
}

// SettleAs says how a claimed delivery ended.
type SettleAs string

// The ends of an attempt.
const (
	SettleDone  SettleAs = "done"
	SettleRetry SettleAs = "retry" // again at Due
	SettleDead  SettleAs = "dead"
	SettleBack  SettleAs = "back" // not called: as due as before, and nothing else changes
)

// Settlement gives a claimed delivery back.
type Settlement struct {
	Delivery int64
	Lease    string
	At       time.Time
	As       SettleAs
	Receipt  sdk.Receipt
	File     *sdk.Attachment // VerbFetch done: Size and SHA256, or Missing; Name and MediaType where learned
	Kind     sdk.Kind        // of the failure
	Error    string          // its text, to be sealed
	Due      time.Time       // for SettleRetry
	Firm     bool            // Due is the system's own word: the link's recovery doesn't bring it forward
	Counts   bool            // the attempt counts against the limit
}
