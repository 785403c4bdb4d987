package journal

import (
	"context"
	"errors"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// Errors of every driver; test with errors.Is.
var (
	ErrNotFound    = errors.New("not found")
	ErrLease       = errors.New("the lease has ended: the delivery is somebody else's")
	ErrState       = errors.New("the delivery's state does not allow this")
	ErrTaken       = errors.New("the record is another appeal's")
	ErrOutdated    = errors.New("other content of the appeal was taken since")
	ErrFull        = errors.New("the journal's disk is full")
	ErrUnavailable = errors.New("the journal is unavailable")
	ErrLocked      = errors.New("another process holds the journal")
	ErrRefused     = errors.New("the journal's database refuses the data") // another attempt changes nothing; a smaller batch may
)

// Journal is the durable log and its views. Every method is one transaction.
type Journal interface {
	// Append makes a batch durable and plans it. It returns when the batch is
	// committed, one result for each entry, in order.
	Append(ctx context.Context, b Batch) ([]Result, error)
	// Claim leases due deliveries of a link, the longest due first; at most one
	// of an appeal is out at a time.
	Claim(ctx context.Context, c Claim) ([]Claimed, error)
	// Settle gives claimed deliveries back, each with its own error: ErrLease where
	// the lease was lost to another claim, or by Act once it was over (one that is over
	// and no more is taken: the call was made); ErrTaken where the receipt names a
	// record that is another appeal's, the lease going on; ErrUnavailable or ErrFull
	// where some could not be taken for now: those are to be given once more.
	Settle(ctx context.Context, s ...Settlement) ([]error, error)
	// Act carries out an operator's decision on deliveries and returns the ids
	// of those it touched, or would touch.
	Act(ctx context.Context, a Action) ([]int64, error)

	Appeal(ctx context.Context, id string) (Record, error)
	Appeals(ctx context.Context, q AppealQuery) ([]View, error)
	// Count counts appeals by filter; Before and Limit count for nothing.
	Count(ctx context.Context, q AppealQuery) (int64, error)
	ByRef(ctx context.Context, ref sdk.Ref) (string, error)
	History(ctx context.Context, stream string) ([]Event, error)
	// LinkHistory returns events of a link's own stream, newest first, of those
	// before the Sequence given (0: of all), without the content of what was parked.
	LinkHistory(ctx context.Context, link string, before int64, limit int) ([]Event, error)
	Deliveries(ctx context.Context, q DeliveryQuery) ([]Delivery, error)
	Parked(ctx context.Context, q ParkedQuery) ([]Parked, error)
	// OpenRefs returns the references in a link's system of appeals that are
	// not in a final status, after the reference given, in order of id.
	OpenRefs(ctx context.Context, link, after string, limit int) ([]sdk.Ref, error)
	// Due returns open deadlines by filter, earliest first.
	Due(ctx context.Context, q DeadlineQuery) ([]Deadline, error)
	// Waking returns the appeals of which there is something to tell, the
	// longest waiting first, and the time by the journal's clock. now is the
	// caller's clock; the journal's too, where it has none of its own.
	Waking(ctx context.Context, now time.Time, limit int) (ids []string, at time.Time, err error)
	Cursor(ctx context.Context, link, feed string) (sdk.Cursor, error)

	LinkState(ctx context.Context, link string) (LinkState, error)
	// SetLink changes a link's state by f inside the transaction; a change of
	// Paused becomes an event of the link's stream. Where f ends an outage or a
	// pause, the link's waiting deliveries become due at once, but for those
	// whose Due is firm.
	SetLink(ctx context.Context, link, actor string, at time.Time, f func(*LinkState)) error

	// Scan walks the whole log stream by stream, in order of Sequence within
	// each, with the digest computed from the stored body.
	Scan(ctx context.Context, visit func(e *Event, digest []byte) error) error
	// Stats counts for metrics and readiness.
	Stats(ctx context.Context) (Stats, error)

	// Run commits until ctx ends. Append, Settle and Act wait for it.
	Run(ctx context.Context) error
	Close() error
}

// Options are what every driver is opened with.
type Options struct {
	Planner Planner
	Codec   Codec                         // nil: PlainCodec
	NewID   func() string                 // UUIDv7; nil: uuid.NewV7
	Ready   func(link string)             // called after a commit that made a delivery of the link due; must not block
	Told    func(news []sdk.DeadlineNews) // called after a commit with news of terms; must not block; nil: nobody counts
	Hands   Hands                         // nil: every delivery is claimed
}

// Hands are a dispatcher's, in which a driver may lay a delivery as it records it:
// leased in the same commit, it need not be claimed. Both methods must not block.
type Hands interface {
	// Hold keeps a place free for one new delivery of a link, and says how the
	// delivery is to be leased. It reports false where there is no room, or where
	// others go first.
	Hold(link string) (Claim, bool)
	// Take gets what came of so many places that were held: a delivery each, or
	// none where nothing was recorded. One whose lease is over may not be recorded:
	// it is to be given back.
	Take(link string, held int, claimed []Claimed)
}

// Batch is appended as one transaction.
type Batch struct {
	Entries []Entry
	Cursors []Position // moved in the same transaction
	Offset  *Offset    // moved in the same transaction; of a journal that is Buffered
}

// Position is a link's place in one of its feeds.
type Position struct {
	Link  string
	Feed  string // "appeals" or "statuses"
	At    sdk.Cursor
	Topic string // id of the inbound topic that it came through; empty: none
	Epoch int64  // of who polls: of one topic, a lower one changes nothing
}

// Entry is one thing that came in, or a decision on one: exactly one of Appeal,
// Change, Rejected, Route, Resolve and Clock is set.
type Entry struct {
	At       time.Time // the hub's clock
	Link     string    // where it came from
	Actor    string    // name of the API token
	Appeal   *sdk.Appeal
	Change   *sdk.StatusChange
	Rejected *sdk.Raw
	Message  *Original // with Rejected: the message that it was
	Route    string    // id of a parked appeal to be planned again
	Resolve  *Resolve
	Clock    *Clock
	ID       string // of Appeal, if it is a new one: a UUIDv7; empty: the journal gives one
	Keep     []byte // with Once: what came in, to be kept as rejected if it is a conflict
	Place    string // partition-offset in the inbound topic; what is rejected is kept once for each
	Snapshot bool   // Change is a present state (sdk.StatusReader): a duplicate only of the last one from that reference
	Since    int64  // Event of the Parked that Appeal was: ErrOutdated where the appeal has got other content since, and had not this; 0: it is news
	Once     bool   // Appeal with a known Ref and another version is a conflict, not a revision (Idempotency-Key)
}

// Resolve takes a parked thing off the list: ErrNotFound if it stands there no
// more, ErrState if it may not leave it so. An appeal without a route or an
// organisation is not dismissed, but replayed in one batch with its Route. A change of
// an unknown reference is not replayed, but waits; one that was dismissed is on record,
// and is not told of should the reference become known later.
type Resolve struct {
	Parked int64     // Parked.ID
	As     EventKind // ItemReplayed or ItemDismissed
	Link   string    // Parked.Link
	Why    string    // kept sealed
}

// Allows reports whether what is parked for a reason may leave the list so.
func (r *Resolve) Allows(why Reason) bool {
	if r.As == ItemDismissed {
		return why.Dismissible()
	}
	return why.Parks() && why != ReasonUnknownRef
}

// Outcome says what became of an entry.
type Outcome string

// The outcomes of an append.
const (
	Appended  Outcome = "appended"  // a new appeal, or a change on record
	Revised   Outcome = "revised"   // a known appeal with other content
	Duplicate Outcome = "duplicate" // nothing new
	Waiting   Outcome = "waiting"   // a change for an unknown reference, parked
	Clashed   Outcome = "clashed"   // Once was asked and the content differs
)

// Result tells what became of an entry.
type Result struct {
	Outcome   Outcome
	Appeal    string // id
	Event     string // id; empty for Duplicate and Clashed
	Revision  int
	Reason    Reason // parked, or not applied
	OpenFiles int    // fetches from the entry's link not settled: not to be acknowledged yet
}

// Record is an appeal with all its views.
type Record struct {
	View       View
	Appeal     sdk.Appeal // latest content, with numbers learned from links and files' stored state
	Refs       []sdk.Ref
	Deliveries []Delivery
	Deadlines  []Deadline
}

// AppealQuery filters a list of appeals, newest first.
type AppealQuery struct {
	Organisation string
	Link         string // source or target
	Status       sdk.Status
	Parked       bool   // only parked ones
	Before       string // id of the last one seen
	Limit        int
}

// DeliveryQuery filters a list of deliveries, oldest first.
type DeliveryQuery struct {
	Appeal string
	Link   string
	States []DeliveryState
	Kind   sdk.Kind // of the last failure
	After  int64    // id of the last one seen
	Limit  int
}

// ActionKind is an operator's decision.
type ActionKind string

// The decisions: Retry makes a waiting or dead delivery due now; Skip gives it
// up and lets those behind it go. With the creation of a record those are given
// up that have none to go to (Stranded); the files among them are planned again
// behind the revision that creates it after all.
const (
	ActRetry ActionKind = "retry"
	ActSkip  ActionKind = "skip"
)

// Action is a decision on every delivery that IDs or Filter name.
type Action struct {
	Kind   ActionKind
	IDs    []int64
	Filter DeliveryQuery // where IDs is empty
	Actor  string
	Why    string // kept sealed
	At     time.Time
	DryRun bool
}

// ParkedQuery filters parked things, oldest first.
type ParkedQuery struct {
	Link   string
	RefID  string // of the record in the link's system
	Place  string // Entry.Place
	Reason Reason
	After  int64
	Limit  int
}

// Parked is something that waits for knowledge or for an operator.
type Parked struct {
	ID     int64
	At     time.Time
	Link   string
	RefID  string
	Reason Reason
	Appeal string // empty where none is known
	Place  string // Entry.Place of what was rejected; token of a change that waits
	Event  int64  // Seq of the event that keeps it
	Body   []byte // plaintext of that event's body
}

// FeedOf names a feed of a link's where LinkState and SetLink take a link: what the
// feed met last is kept apart from what else the link's system answers.
func FeedOf(link, feed string) string { return link + "/" + feed }

// LinkState is a link's state, one for all nodes.
type LinkState struct {
	Link      string // or FeedOf: LastKind and LastError alone tell something then
	Paused    bool
	PausedBy  string // name of a token; empty: the hub, on refused credentials
	Failures  int    // transient ones in a row
	DownSince time.Time
	NextProbe time.Time // while down: the one call that may be made
	LastKind  sdk.Kind
	LastError string // sealed at rest; for operators only
}

// Down reports whether only a probe may call the link.
func (s LinkState) Down() bool { return !s.DownSince.IsZero() }

// Doubter is a journal that may take a mark where it can't record what comes in.
type Doubter interface {
	// Doubt says why an event could not be recorded lately, for want of room or of
	// rights; nil where one was since.
	Doubt() error
}

// Stats are counts for metrics and readiness.
type Stats struct {
	Links  map[string]LinkStats
	Parked map[Reason]int64
	Events int64
	// Commits counts the transactions that were made durable since the journal
	// was opened.
	Commits int64
}

// LinkStats are one link's counts.
type LinkStats struct {
	Open   int64     // deliveries not settled
	Dead   int64     // dead letters
	Oldest time.Time // when the oldest open delivery was planned
}
