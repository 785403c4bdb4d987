package intake

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// message is an entry as the inbound topic has it.
func (in *Intake) message(e *journal.Entry) (bus.Message, error) {
	m := bus.Message{Key: refOf(e).String(), Unordered: e.Once}
	kind, reason, contentType := bus.TypeRejected, "", "application/octet-stream"
	var err error
	switch {
	case e.Appeal != nil:
		kind, contentType = bus.TypeAppeal, "application/json"
		m.Value, err = e.Appeal.AppendJSON(make([]byte, 0, 1<<10+2*len(e.Appeal.Text)))
	case e.Change != nil:
		kind, contentType = bus.TypeChange, "application/json"
		m.Value, err = e.Change.AppendJSON(nil)
	default:
		m.Value, reason = e.Rejected.Body, bus.Text(e.Rejected.Reason)
	}
	if err != nil {
		return m, fmt.Errorf("buffer: %w", err)
	}
	m.Headers = bus.CloudEvent(uuid.NewString(), sourceOf(e.Link), kind, e.At, contentType,
		bus.Header{Name: bus.HeaderLink, Value: e.Link}, bus.Header{Name: bus.HeaderActor, Value: e.Actor},
		bus.Header{Name: bus.HeaderReason, Value: reason})
	return m, nil
}

// sourceOf is the ce_source of what comes from a link.
func sourceOf(link string) string { return "urn:appealhub:link:" + link }

// record is the value of a cursor's message.
type record struct {
	Feed  string `json:"feed"`
	At    string `json:"at"`
	Epoch int64  `json:"epoch"`
}

// cursorRecord is a feed's position as a message; its key is the link's name. It goes
// into the partition of its poller, though there be more of them by now.
func (in *Intake) cursorRecord(p *journal.Position) bus.Message {
	value, err := json.Marshal(record{p.Feed, string(p.At), p.Epoch})
	if err != nil {
		value = nil // a cursor that is no UTF-8: the next sweep begins where this one did
	}
	m := bus.Message{Key: p.Link, Value: value, Headers: bus.CloudEvent(uuid.NewString(), sourceOf(p.Link), bus.TypeCursor, in.now(), "application/json",
		bus.Header{Name: bus.HeaderLink, Value: p.Link})}
	if of := bus.PartitionsOf(p.Epoch); of > 0 && of <= int64(in.cfg.Bus.Inbound().Partitions) {
		m.Fixed, m.Place.Partition = true, bus.PartitionIn(p.Link, int32(of))
	}
	return m
}

// position reads a cursor's message.
func (in *Intake) position(m *bus.Message) (journal.Position, error) {
	var r record
	if err := json.Unmarshal(m.Value, &r); err != nil {
		return journal.Position{}, fmt.Errorf("is no cursor")
	}
	name := m.Key
	if _, known := in.sources[name]; !known || name == link.ReservedName {
		return journal.Position{}, fmt.Errorf("is the cursor of a link that is not configured")
	}
	return journal.Position{Link: name, Feed: r.Feed, At: sdk.Cursor(r.At), Topic: in.cfg.Bus.Inbound().ID, Epoch: r.Epoch}, nil
}
