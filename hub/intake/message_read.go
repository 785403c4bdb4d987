package intake

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// errSpool says that the spool could not be asked about a file: no fault of the
// message's.
var errSpool = errors.New("the spool can't be asked")

// entry is what an inbound message asks for. What is wrong with a message makes
// it a rejected one; the error is errSpool alone.
func (in *Intake) entry(m *bus.Message) (journal.Entry, error) {
	e := journal.Entry{At: in.timeOf(m), Link: m.Get(bus.HeaderLink), Actor: columnText(m.Get(bus.HeaderActor), sdk.MaxName)}
	owner, id, _ := strings.Cut(m.Key, "/")
	if e.Link == "" {
		e.Link = owner
	}
	named := e.Link
	_, known := in.sources[named]
	if known = known || named == link.ReservedName; !known {
		e.Link = link.BusName
	}
	switch kind := m.Get(bus.HeaderType); {
	case m.Key == "":
		return in.refuse(e, m, id, "has no key: it is the source's reference, link/id"), nil
	case !known:
		return in.refuse(e, m, id, "names a link that is not configured: "+strconv.Quote(columnText(named, sdk.MaxName))), nil
	case len(m.Value) == 0:
		return in.refuse(e, m, id, "has no value"), nil
	case kind == bus.TypeAppeal:
		return in.readAppeal(e, m)
	case kind == bus.TypeChange:
		return in.readChange(e, m), nil
	case kind == bus.TypeRejected:
		e = in.refuse(e, m, id, m.Get(bus.HeaderReason))
		e.Place = "" // its source serves it until it is acknowledged
		return e, nil
	case strings.HasPrefix(kind, family(bus.TypeAppeal)), strings.HasPrefix(kind, family(bus.TypeChange)):
		return in.refuse(e, m, id, "is of a version that this hub does not know: "+kind), nil
	}
	return in.refuse(e, m, id, "its "+bus.HeaderType+" is none that this hub knows"), nil
}

// family is a type without its version.
func family(kind string) string { return kind[:strings.LastIndexByte(kind, '.')+1] }

func (in *Intake) readAppeal(e journal.Entry, m *bus.Message) (journal.Entry, error) {
	a, err := in.readAppealOf(m)
	if a.Ref.IsZero() {
		a.Ref.Link, a.Ref.ID, _ = strings.Cut(m.Key, "/")
	}
	var invalid *sdk.ValidationError
	why := keyFault(idOf(m))
	switch {
	case errors.As(err, &invalid):
		return in.refuse(e, m, idOf(m), invalid.Error()), nil
	case why != "":
		return in.refuse(e, m, idOf(m), "its key is no reference, link/id: the id "+why), nil
	case a.Ref.String() != m.Key || a.Ref.Link != e.Link:
		return in.refuse(e, m, idOf(m), "its ref is not its key: link/id of the link that it comes from"), nil
	}
	a.ID, a.Revision = "", 0
	if why, err := in.unstoredFile(&a); err != nil || why != "" {
		return in.refuse(e, m, idOf(m), why), err
	}
	e.Appeal, e.ID = &a, in.appealID(m)
	if e.Link == link.ReservedName {
		e.Once, e.Keep, e.Place = true, m.Value, m.Place.String()
	}
	return e, nil
}

// keyFault says what keeps the id in a key from being a reference's, as appeal.v1
// has it; empty where nothing does.
func keyFault(id string) string {
	switch {
	case id == "":
		return "is missing (" + sdk.RuleRequired + ")"
	case strings.IndexByte(id, 0) >= 0:
		return "holds U+0000 (" + sdk.RuleNUL + ")"
	case !utf8.ValidString(id):
		return "is not valid UTF-8 (" + sdk.RuleInvalidUTF8 + ")"
	case utf8.RuneCountInString(id) > sdk.MaxName:
		return fmt.Sprintf("is longer than %d characters (%s)", sdk.MaxName, sdk.RuleMaxLength)
	}
	return ""
}

// unstoredFile says which file the appeal names that the spool does not have.
func (in *Intake) unstoredFile(a *sdk.Appeal) (why string, err error) {
	for i := range a.Attachments {
		f := &a.Attachments[i]
		if f.SHA256 == "" {
			continue
		}
		named := *f
		name, _, why, err := in.file(&named, in.cfg.Spool.Stat)
		switch {
		case err != nil:
			return "", errors.Join(errSpool, err)
		case why != "":
			return fmt.Sprintf("/attachments/%d/%s %s", i, name, why), nil
		}
		f.Size = named.Size
	}
	return "", nil
}

func (in *Intake) readChange(e journal.Entry, m *bus.Message) journal.Entry {
	c, err := ReadChange(m.Value)
	var invalid *sdk.ValidationError
	if errors.As(err, &invalid) {
		return in.refuse(e, m, idOf(m), invalid.Error())
	}
	if problems := foreign(e.Link, c.Ref); len(problems) > 0 {
		return in.refuse(e, m, idOf(m), reason(problems))
	}
	unstored(c.Attachments)
	owned(e.Link, c.Attachments)
	e.Change = &c
	return e
}

// refuse makes a dead letter of a message.
func (in *Intake) refuse(e journal.Entry, m *bus.Message, id, why string) journal.Entry {
	e.Appeal, e.Change, e.Once, e.Keep, e.Place, e.Message = nil, nil, false, nil, m.Place.String(), original(m)
	e.Rejected = &sdk.Raw{RefID: columnText(id, sdk.MaxName), Body: m.Value, Reason: columnText(why, sdk.MaxTitle)}
	return e
}

// idOf is the id in a message's key.
func idOf(m *bus.Message) string {
	_, id, _ := strings.Cut(m.Key, "/")
	return id
}

// timeOf is when a message came in: what its sender says, if that is a time within
// the bounds of received_at and not after the broker's by more than aheadMost, and
// else what the broker does.
func (in *Intake) timeOf(m *bus.Message) time.Time {
	broker := m.At
	if !plausible(broker) {
		broker = in.now()
	}
	at, err := time.Parse(time.RFC3339Nano, m.Get(bus.HeaderTime))
	if err != nil || at.Year() < 1900 || at.Year() > 2199 || at.After(broker.Add(aheadMost)) {
		at = broker
	}
	return journal.Cut(at)
}

// appealID is the id of the appeal that a message begins: the same whenever the
// message is read, so that a journal that was put back to an hour ago gives an
// appeal the id under which the systems have it. It is a UUIDv7: milliseconds of
// the message's time, then bits of its place's digest.
func (in *Intake) appealID(m *bus.Message) string {
	place := binary.BigEndian.AppendUint64([]byte(in.cfg.Bus.Inbound().ID), uint64(m.Place.Partition))
	return idAt(m.At, sha256.Sum256(binary.BigEndian.AppendUint64(place, uint64(m.Place.Offset))))
}
