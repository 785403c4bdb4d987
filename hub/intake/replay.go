package intake

import (
	"context"
	"errors"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/internal/document"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// Refused says why a parked thing can't be replayed. Its text names no values.
type Refused struct{ Why string }

// Error returns the reason.
func (r *Refused) Error() string { return r.Why }

// headersMost bounds the bytes of the headers that are kept of a rejected
// message.
const headersMost = 4 << 10

// original is what is kept of a message that is rejected, beside its value.
func original(m *bus.Message) *journal.Original {
	out := &journal.Original{Key: columnText(m.Key, headersMost), At: journal.Cut(m.At)}
	writable(&out.At)
	room := headersMost
	for _, h := range m.Headers {
		name, value := columnText(h.Name, headersMost), columnText(h.Value, headersMost)
		if room -= len(name) + len(value); room < 0 || len(out.Headers) == 1000 {
			break
		}
		out.Headers = append(out.Headers, journal.Header{Name: name, Value: value})
	}
	return out
}

// replayed is the inbound message that an Original and a value were.
func replayed(o *journal.Original, value []byte, at bus.Place) *bus.Message {
	m := &bus.Message{Key: o.Key, Value: value, At: o.At, Place: at}
	for _, h := range o.Headers {
		m.Headers = append(m.Headers, bus.Header(h))
	}
	return m
}

// Replay reads a rejected message of the inbound topic, or a rejected item of a
// link's list of appeals, once more and takes it off the list of parked things, in one
// transaction with what it brings; an appeal that found no way is planned again. A
// *Refused says why it is none of these, that it is still rejected, that it finds no
// way still, that the journal does not take it or that it would undo what was taken
// since; with dry nothing is done, and the three last are not found out.
func (in *Intake) Replay(ctx context.Context, p *journal.Parked, actor, why string, dry bool) (journal.Result, error) {
	if p.Reason.Unrouted() {
		return in.reroute(ctx, p, actor, why, dry)
	}
	e, err := in.reread(ctx, p)
	if err != nil || dry {
		return journal.Result{}, err
	}
	resolve := journal.Entry{At: in.now(), Actor: actor, Resolve: &journal.Resolve{Parked: p.ID, Link: p.Link, As: journal.ItemReplayed, Why: why}}
	e.Since = p.Event
	results, err := in.cfg.Journal.Append(ctx, journal.Batch{Entries: []journal.Entry{resolve, e}})
	switch {
	case err == nil:
	case errors.Is(err, journal.ErrOutdated):
		return journal.Result{}, &Refused{"is older than what was taken of its appeal since: dismiss it"}
	case ctx.Err() != nil, environment(err), errors.Is(err, journal.ErrLocked), errors.Is(err, journal.ErrNotFound), errors.Is(err, journal.ErrState):
		return journal.Result{}, err
	default:
		in.cfg.Log.Error("the journal refuses a message that is replayed", "parked", p.ID, "err", err)
		return journal.Result{}, &Refused{"is rejected still: " + notTaken}
	}
	in.count(&e, results[1])
	return results[1], nil
}

// reroute plans an appeal again by the organisations and routes as they are now.
func (in *Intake) reroute(ctx context.Context, p *journal.Parked, actor, why string, dry bool) (journal.Result, error) {
	if dry {
		return journal.Result{}, nil
	}
	at := in.now()
	results, err := in.cfg.Journal.Append(ctx, journal.Batch{Entries: []journal.Entry{
		{At: at, Actor: actor, Resolve: &journal.Resolve{Parked: p.ID, Link: p.Link, As: journal.ItemReplayed, Why: why}},
		{At: at, Actor: actor, Route: p.Appeal},
	}})
	if err != nil {
		return journal.Result{}, err
	}
	switch results[1].Reason {
	case journal.ReasonNoRoute:
		return results[1], &Refused{"finds no way still: no route takes it"}
	case journal.ReasonNoOrganisation:
		return results[1], &Refused{"finds no way still: its addressee is nobody's"}
	}
	return results[1], nil
}

// reread makes an entry of what was rejected.
func (in *Intake) reread(ctx context.Context, p *journal.Parked) (journal.Entry, error) {
	at, placed := bus.ParsePlace(p.Place)
	if p.Reason != journal.ReasonUnparsable || placed && in.cfg.Bus == nil {
		return journal.Entry{}, &Refused{"is no message of the inbound topic, no item of a link that was rejected, and no appeal that found no way"}
	}
	raw, was, err := journal.ReadRawBody(p.Body)
	switch {
	case err != nil:
		in.cfg.Log.Error("a parked item can't be read", "parked", p.ID, "err", err)
		return journal.Entry{}, &Refused{"can't be read any more as the journal keeps it"}
	case !placed:
		return in.rereadItem(ctx, p.Link, raw.Body)
	case was == nil:
		return journal.Entry{}, &Refused{"was kept by an earlier version of the hub, without its key and headers"}
	}
	m := replayed(was, raw.Body, at)
	if m.Get(bus.HeaderType) == bus.TypeCursor {
		return journal.Entry{}, &Refused{"is a poller's cursor: the next one makes it needless"}
	}
	e, err := in.entry(m)
	switch {
	case errors.Is(err, errSpool):
		return e, err
	case e.Rejected != nil:
		return e, &Refused{"is rejected still: " + e.Rejected.Reason}
	}
	return e, nil
}

// rereadItem makes an entry of an item of a link's that was rejected: its source
// was told that it is held, and does not serve it again. What the connector could
// read and the hub did not take is kept as a canonical document.
func (in *Intake) rereadItem(ctx context.Context, name string, body []byte) (journal.Entry, error) {
	s := in.sources[name]
	if s == nil {
		return journal.Entry{}, &Refused{"is of a link that the hub does not read"}
	}
	a, err := document.DecodeAppeal(body)
	if err != nil || a.Ref.Link != name {
		if !s.link.Can().Rereader {
			return journal.Entry{}, &Refused{"its connector can't read once more what it rejected"}
		}
		if a, err = s.link.RereadAppeal(ctx, body); err != nil {
			return journal.Entry{}, &Refused{"is rejected still: " + columnText(err.Error(), sdk.MaxTitle)}
		}
	}
	e := in.appeal(name, &a).entry
	if e.Rejected != nil {
		return e, &Refused{"is rejected still: " + e.Rejected.Reason}
	}
	return e, nil
}
