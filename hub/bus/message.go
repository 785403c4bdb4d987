package bus

import (
	"strconv"
	"strings"
	"time"
)

// Names of the headers: CloudEvents 1.0 in Kafka's binary mode, the hub's
// extension attributes behind them.
const (
	HeaderSpec        = "ce_specversion"
	HeaderID          = "ce_id"
	HeaderSource      = "ce_source"
	HeaderType        = "ce_type"
	HeaderTime        = "ce_time"
	HeaderSubject     = "ce_subject"
	HeaderDataRef     = "ce_dataref"   // where the API tells more
	HeaderSequence    = "ce_sequence"  // place in the stream, from 1: a reader ignores what it has seen
	HeaderLink        = "ce_hublink"   // name of the link that it came from
	HeaderActor       = "ce_hubactor"  // name of the API token
	HeaderReason      = "ce_hubreason" // why it could not be parsed
	HeaderKind        = "ce_hubkind"   // what happened: the event.v1 document's kind
	HeaderContentType = "content-type"
)

// Names of a dead letter's headers.
const (
	HeaderErrorReason   = "x-hub-error-reason"   // the failure's kind or reason, a code
	HeaderErrorMessage  = "x-hub-error-message"  // the failure's text
	HeaderErrorLink     = "x-hub-error-link"     // name of the link
	HeaderErrorDelivery = "x-hub-error-delivery" // id of the delivery
	HeaderErrorPlace    = "x-hub-error-place"    // where a rejected message lies in the inbound topic
)

// Types of the messages. The version at the end is the form's; a reader refuses
// one that it does not know.
const (
	TypeAppeal   = "org.appealhub.inbound.appeal.v1"        // an appeal.v1 document
	TypeChange   = "org.appealhub.inbound.status-change.v1" // a status-change.v1 document
	TypeRejected = "org.appealhub.inbound.rejected.v1"      // what a connector could not parse, as received
	TypeCursor   = "org.appealhub.inbound.cursor.v1"        // a poller's place in a feed, keyed by the link
	TypeEvent    = "org.appealhub.event.v1"                 // an event.v1 document without data
	TypeDead     = "org.appealhub.dead.v1"                  // what could not be delivered or read
)

// specVersion is the version of CloudEvents.
const specVersion = "1.0"

// Header is one header of a message.
type Header struct{ Name, Value string }

// Place is where a message lies in its topic.
type Place struct {
	Partition int32
	Offset    int64
}

// String is the place as the API writes it: partition-offset.
func (p Place) String() string {
	return strconv.FormatInt(int64(p.Partition), 10) + "-" + strconv.FormatInt(p.Offset, 10)
}

// ParsePlace reads what String wrote, and nothing that it would write otherwise:
// places are compared as texts.
func ParsePlace(s string) (p Place, ok bool) {
	part, offset, _ := strings.Cut(s, "-")
	n, err := strconv.ParseInt(part, 10, 32)
	at, err2 := strconv.ParseInt(offset, 10, 64)
	p = Place{int32(n), at}
	return p, err == nil && err2 == nil && n >= 0 && at >= 0 && p.String() == s
}

// Message is one message of a topic.
type Message struct {
	Key       string // messages of one key keep their order
	Headers   []Header
	Value     []byte
	Unordered bool      // its place among those of its key does not matter
	Once      bool      // its sender could not send it again as the same: see Kafka.Publish
	Fixed     bool      // it goes into Place's partition, and not where its key says
	Place     Place     // of a message that was read
	At        time.Time // when the broker or the producer says it was sent; of a message that was read
}

// Get returns a header's value; empty where there is none.
func (m *Message) Get(name string) string {
	for i := range m.Headers {
		if m.Headers[i].Name == name {
			return m.Headers[i].Value
		}
	}
	return ""
}

// CloudEvent returns the headers that every message of the hub's has, and more
// behind them; those without a value are left out.
func CloudEvent(id, source, kind string, at time.Time, contentType string, more ...Header) []Header {
	out := make([]Header, 0, 6+len(more))
	out = append(out,
		Header{HeaderSpec, specVersion}, Header{HeaderID, id}, Header{HeaderSource, source}, Header{HeaderType, kind},
		Header{HeaderTime, at.UTC().Format(time.RFC3339Nano)}, Header{HeaderContentType, contentType})
	for _, h := range more {
		if h.Value != "" {
			out = append(out, h)
		}
	}
	return out
}

// Text makes s fit for a header that is read as text: one line.
func Text(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}
