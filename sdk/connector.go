package sdk

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// AppealSource is a system that appeals come from and that is asked for them.
type AppealSource interface {
	// FetchAppeals returns the page that follows after. The zero cursor starts a
	// sweep from the beginning. An item that has not been acknowledged (see
	// Acker) may be returned again by any later call. One that breaks the schema
	// (see Appeal.Validate) or has no Ref.ID is kept as Page.Rejected are, and
	// keeps no other from being taken.
	FetchAppeals(ctx context.Context, after Cursor) (Page[Appeal], error)
}

// AppealSink is a system that registers appeals, as an EDMS does.
type AppealSink interface {
	// DeliverAppeal creates one record per a.ID. A newer a.Revision updates that
	// record; an older or equal one changes nothing and returns the record's
	// receipt again. After a lost response the record is looked up before it is
	// created anew. The appeal's lists are read by others at the same time: who
	// changes one works on a copy. Attachments are there to be listed; their bytes
	// come by AttachmentSink, if the connector is one.
	DeliverAppeal(ctx context.Context, a Appeal) (Receipt, error)
}

// StatusSource is a system with a feed of status changes.
type StatusSource interface {
	// FetchStatuses returns the page of changes that follows after. A change of an
	// appeal with an ID that it has had already is a duplicate.
	FetchStatuses(ctx context.Context, after Cursor) (Page[StatusChange], error)
}

// StatusSink is a system that is told of status changes, as a portal is.
type StatusSink interface {
	// DeliverStatus tells the system of c on its own record to. It is idempotent
	// on c.ID and sends the same bytes on every retry.
	DeliverStatus(ctx context.Context, to Ref, c StatusChange) (Receipt, error)
}

// StatusReader is an optional ability: a system without a feed of changes is
// asked for the present state of its open records.
type StatusReader interface {
	// ReadStatuses returns at most one change for each of the open records, of
	// which there are 50 at most: its present state. The same state has the same
	// StatusChange.ID, and whatever is told otherwise another, so that a code
	// that has got its mapping since is told anew; ChangeID sees to both. A
	// record in its first state, or gone, yields nothing.
	//
	// An error of kind Transient, Throttled or Denied ends the sweep. After one of
	// another kind the hub asks by halves, until the record that it is about is
	// left out.
	ReadStatuses(ctx context.Context, open ...Ref) ([]StatusChange, error)
}

// AttachmentSink is an optional ability: the system takes files as a step of
// its own, retried apart from the record they belong to.
type AttachmentSink interface {
	// DeliverAttachment stores body with the record to and is idempotent on
	// a.ID. Where the Spec says AttachmentsFirst, to may be zero and a.Appeal
	// correlates; the receipt then comes back as Attachment.Ref in the delivery
	// that follows. It is zero as well where DeliverAppeal returned no reference,
	// or one of another appeal's. Where it returned a token, the appeal's files
	// come before Confirm is asked: a connector that needs the record looks it up
	// by a.Appeal, and is Transient while it is not there. Another kind makes a
	// dead letter that keeps Confirm from being asked.
	//
	// body holds a.Size bytes, is read once from its beginning, closed by the hub,
	// and not used after the return. A retry brings another.
	DeliverAttachment(ctx context.Context, to Ref, a Attachment, body io.Reader) (Receipt, error)
}

// Attacher is an optional ability of a source: it opens the bytes of an
// attachment that it announced.
type Attacher interface {
	// OpenAttachment returns the bytes of a, which is as the source announced it;
	// the caller closes them, and ctx lasts until then. The error's kind NotFound,
	// Rejected or Invalid, of the call or of a read, means that the file can't be
	// had now or later: it is recorded as missing. A reader that also implements
	// Named may correct the announced name and media type.
	OpenAttachment(ctx context.Context, a Attachment) (io.ReadCloser, error)
}

// Named is implemented by a reader from Attacher that learned the file's name
// and media type only when it was opened (a Content-Disposition header).
type Named interface {
	// AttachmentName returns what was learned; an empty string keeps what was
	// announced.
	AttachmentName() (name, mediaType string)
}

// Acker is an optional ability: the system wants to hear that its items are
// held durably, and serves an item again until it has heard so.
type Acker interface {
	// Ack takes AckIDs of Appeal, StatusChange and Raw values, 100 at most. The hub
	// calls it after its commit and after the item's files are stored, never
	// before, and again for duplicates: an id that is known already, or no longer,
	// is no error. If it fails, the ids are told one by one.
	//
	// An item whose files are not stored yet is acknowledged when it is served
	// again, and only then. So the cursor of a feed with acks never passes an item
	// that has not been acknowledged: a sweep's last page has a zero Next, or one
	// before that item.
	Ack(ctx context.Context, taken ...string) error
}

// Confirmer is an optional ability of an asynchronous system that can be asked
// what became of a delivery.
type Confirmer interface {
	// Confirm turns the token of an earlier receipt of DeliverAppeal into a
	// reference. While the system has not decided, it returns an error of kind
	// Transient; the link's max_attempts bound how often it is asked. A receipt
	// without a reference ends the asking: the reference comes with a status, or
	// there is none.
	Confirm(ctx context.Context, token string) (Receipt, error)
}

// Accepter is an optional ability of a system that pushes to the hub.
type Accepter interface {
	// Accept parses a request and does nothing else: no I/O besides reading the
	// body. The Reply is sent once everything in it is durable. Requests come by
	// POST /in/{link} and bear one of the hub's tokens, where it has any.
	Accept(r *http.Request) (Inbound, error)
}

// Checker is an optional ability: is the system reachable, are the credentials
// accepted.
type Checker interface {
	// Check changes nothing in the external system. It tells a system that is
	// down from one delivery that fails, and refused credentials from rights on
	// one document that are missing: without it every such failure counts as the
	// link's.
	Check(ctx context.Context) error
}

// Rereader is an optional ability of an AppealSource: what it rejected of a page
// can be read once more, by a mended configuration or a newer connector.
type Rereader interface {
	// RereadAppeal reads the body of a Raw that FetchAppeals rejected, and does
	// nothing else. Its error says what is wrong with it, as Raw.Reason does.
	RereadAppeal(ctx context.Context, body []byte) (Appeal, error)
}

// Connector is the least that Spec.Open returns; verbs and abilities are found
// by type assertion, once, when the link opens.
type Connector interface {
	// Close releases what the connector holds. No call is in flight by then, and
	// readers from Attacher are closed.
	Close() error
}

// Spec describes one kind of connector.
type Spec struct {
	Name             string   // as configuration names it: lower case letters and digits
	Summary          string   // one line for lists
	Options          []Option // every option it knows; others are refused
	AttachmentsFirst bool     // files go before the record or status that refers to them

	// Open reads the options and calls nobody: the hub starts while systems are
	// down. Its error keeps the hub from starting. The ctx is that of the start,
	// not of the connector's life.
	Open func(ctx context.Context, env Env) (Connector, error)
}

// Env is what a connector gets when it opens.
type Env struct {
	Link    string           // name of the link, for Ref.Link
	Options Options          // as given, secrets resolved; NewOptionReader fills in defaults
	Log     *slog.Logger     // never log personal data
	Now     func() time.Time // the clock; never time.Now
	HTTP    *http.Client     // time-outs, CA, proxy; follows no redirect to another host
	Dir     string           // a folder of the link's own; empty where there is none

	// LocalTimes is the zone of times that the system marks as UTC and that are local
	// ones, where the link's configuration says so; nil: they are UTC. The hub sets
	// right what reaches it as UTC; days are the connector's to take from them.
	LocalTimes *time.Location
}

// Cursor is a connector's own place in a feed, opaque to the hub: a text without
// U+0000, or the page it leads on from is not taken. The zero value is the
// beginning.
type Cursor string

// Page is one step through a feed.
type Page[T any] struct {
	Items    []T
	Rejected []Raw  // items that could not be parsed
	Next     Cursor // where the next call starts
	More     bool   // false: the sweep is over for now
	Volatile bool   // Next is a place in a list that changes, such as a page's number: it is not kept, and a sweep that breaks off there starts anew
}

// Raw is an item that could not be parsed. It is kept for the operator and then
// acknowledged, or it would fill page one for ever.
type Raw struct {
	AckID  string // empty: not ackable; kept once, by digest
	RefID  string // the source's id of the record, where it could be read
	Body   []byte // as received
	Reason string // names the field; holds no personal data
}

// Inbound is what a push carried.
type Inbound struct {
	Appeals  []Appeal
	Statuses []StatusChange
	Rejected []Raw
	Reply    Reply
}

// Reply answers a push.
type Reply struct {
	Status int    // HTTP status, 200 to 599; any other: 200
	Type   string // media type
	Body   []byte
}

// Ref names one record in one system. With the content's version it is the
// identity by which duplicates are known.
type Ref struct {
	Link string `json:"link"`
	ID   string `json:"id"`
}

// IsZero reports whether the reference names nothing.
func (r Ref) IsZero() bool { return r == Ref{} }

// String returns link/id.
func (r Ref) String() string {
	if r.IsZero() {
		return ""
	}
	return r.Link + "/" + r.ID
}

// Receipt is a sink's answer. Ref: done, and known by this reference. Token
// alone: taken, the reference comes later (by Confirm or with a status).
// Neither: done, the system gives no reference; the states of such a record are
// not read. A reference or a token is one appeal's alone: the second appeal that
// gets it becomes a dead letter (Conflict).
type Receipt struct {
	Ref   Ref
	Token string
}
