package bus

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/appealhub/appealhub/hub/journal"
)

// hubSource is the ce_source of what the journal tells.
const hubSource = "urn:appealhub:journal"

// eventMessage is an event as the feed has it: an event.v1 document without data.
// It holds no personal data; dataref says where the API tells more.
func eventMessage(e *journal.Event) (Message, error) {
	bare := *e
	bare.Body = nil
	value, err := json.Marshal(journal.DocumentOf(&bare), json.Deterministic(true))
	if err != nil {
		return Message{}, fmt.Errorf("feed: event %s: %w", e.ID, err)
	}
	m := Message{Key: e.Stream, Value: value}
	m.Headers = CloudEvent(e.ID, hubSource, TypeEvent, e.At, "application/json",
		Header{HeaderSubject, e.Stream}, Header{HeaderSequence, strconv.FormatInt(e.Sequence, 10)},
		Header{HeaderKind, string(e.Kind)}, Header{HeaderLink, e.Link}, Header{HeaderDataRef, dataRef(e)})
	return m, nil
}

// dataRef is where the API tells of an event; empty for a link's own.
func dataRef(e *journal.Event) string {
	if strings.HasPrefix(e.Stream, journal.LinkStream("")) {
		return ""
	}
	return "/api/v1/appeals/" + e.Stream + "/history"
}

// deadMessage is the copy of a dead letter: what could not be delivered or read,
// and why; of a message of the inbound topic also where it lies there. The journal's
// row is the truth.
func deadMessage(u *journal.Unpublished, inbound string) Message {
	e := &u.Event
	m := Message{Key: e.Stream, Value: u.Dead}
	contentType := "application/json"
	if e.Kind == journal.ItemRejected {
		m.Key, contentType = e.Link+"/"+e.RefID, "application/octet-stream"
	}
	was := journal.Original{}
	if u.Was != nil {
		was = *u.Was
		m.Key = was.Key
	}
	m.Headers = CloudEvent(e.ID, hubSource, TypeDead, e.At, contentType,
		Header{HeaderSubject, e.Stream}, Header{HeaderKind, string(e.Kind)}, Header{HeaderLink, e.Link}, Header{HeaderDataRef, dataRef(e)},
		Header{HeaderErrorReason, string(e.Reason)}, Header{HeaderErrorMessage, Text(u.Why)}, Header{HeaderErrorLink, e.Link},
		Header{"x-hub-error-verb", string(e.Verb)}, Header{HeaderErrorDelivery, numberOrNone(e.Delivery)}, Header{"x-hub-error-attachment", e.Attachment},
		Header{HeaderErrorPlace, placeOf(e)}, Header{"x-hub-original-id", Text(was.Get(HeaderID))}, Header{"x-hub-original-type", Text(was.Get(HeaderType))},
		Header{"__connect.errors.connector.name", e.Link}, Header{"__connect.errors.stage", stage(e)},
		Header{"__connect.errors.class.name", string(e.Reason)}, Header{"__connect.errors.exception.message", Text(u.Why)})
	if at, ok := ParsePlace(placeOf(e)); ok {
		m.Headers = append(m.Headers, Header{"__connect.errors.topic", inbound},
			Header{"__connect.errors.partition", strconv.Itoa(int(at.Partition))}, Header{"__connect.errors.offset", strconv.FormatInt(at.Offset, 10)})
	}
	return m
}

// placeOf is where what was rejected lies in the inbound topic.
func placeOf(e *journal.Event) string {
	if e.Kind != journal.ItemRejected {
		return ""
	}
	return e.Token
}

// stage is Kafka Connect's word for where it failed.
func stage(e *journal.Event) string {
	if e.Kind == journal.ItemRejected {
		return "VALUE_CONVERTER"
	}
	return "TASK_PUT"
}

func numberOrNone(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
