package api

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// The forms in which the API shows what the journal holds; the OpenAPI document
// describes each member.

type viewForm struct {
	ID           string         `json:"id"`
	Ref          sdk.Ref        `json:"ref"`
	Organisation string         `json:"organisation,omitzero"`
	Kind         sdk.AppealKind `json:"kind"`
	FastTrack    bool           `json:"fast_track"`
	Version      string         `json:"version"`
	Revision     int            `json:"revision"`
	Status       sdk.Status     `json:"status"`
	Outcome      sdk.Outcome    `json:"outcome,omitzero"`
	StatusAt     time.Time      `json:"status_at,omitzero"`
	Lead         string         `json:"lead,omitzero"`
	Targets      []string       `json:"targets"`
	Parked       journal.Reason `json:"parked,omitzero"`
	ReceivedAt   time.Time      `json:"received_at"`
	UpdatedAt    time.Time      `json:"updated_at"`
	Due          sdk.Date       `json:"due,omitzero"`
	Provisional  bool           `json:"provisional"`
	Events       int64          `json:"events"`
}

func showView(v *journal.View) viewForm {
	return viewForm{
		ID: v.ID, Ref: v.Source, Organisation: v.Organisation, Kind: v.Kind, FastTrack: v.FastTrack, Version: v.Version,
		Revision: v.Revision, Status: v.Status, Outcome: v.Outcome, StatusAt: v.StatusAt, Lead: v.Lead, Targets: v.Targets,
		Parked: v.Parked, ReceivedAt: v.ReceivedAt, UpdatedAt: v.UpdatedAt, Due: v.Due, Provisional: provisional(v), Events: v.Events,
	}
}

// provisional reports whether the date by which it is to be answered may still move
// with the calendar.
func provisional(v *journal.View) bool {
	r, err := deadline.ParseRecord(v.Terms)
	return err == nil && r.Provisional(v.Due) // one that can't be read is told of elsewhere
}

type deliveryForm struct {
	ID         int64                 `json:"id"`
	Appeal     string                `json:"appeal"`
	Link       string                `json:"link"`
	Verb       journal.Verb          `json:"verb"`
	Attachment string                `json:"attachment,omitzero"`
	Event      int64                 `json:"event"`
	State      journal.DeliveryState `json:"state"`
	Attempts   int                   `json:"attempts"`
	DueAt      time.Time             `json:"due_at,omitzero"`
	CreatedAt  time.Time             `json:"created_at"`
	SettledAt  time.Time             `json:"settled_at,omitzero"`
	ReceiptID  string                `json:"receipt_id,omitzero"`
	LastKind   sdk.Kind              `json:"last_kind,omitzero"`
	LastError  string                `json:"last_error,omitzero"`
}

func showDelivery(d *journal.Delivery) deliveryForm {
	return deliveryForm{
		ID: d.ID, Appeal: d.Appeal, Link: d.Link, Verb: d.Verb, Attachment: d.Attachment, Event: d.Event, State: d.State,
		Attempts: d.Attempts, DueAt: d.Due, CreatedAt: d.CreatedAt, SettledAt: d.SettledAt, ReceiptID: d.ReceiptID,
		LastKind: d.LastKind, LastError: d.LastError,
	}
}

type deadlineForm struct {
	Term   string    `json:"term"`
	Due    sdk.Date  `json:"due"`
	DueAt  time.Time `json:"due_at,omitzero"`
	Open   bool      `json:"open"`
	Passed bool      `json:"passed"`

	Provisional bool `json:"provisional"`
}

// recordForm is an appeal with all its views.
type recordForm struct {
	ID         string         `json:"id"`
	View       viewForm       `json:"view"`
	Appeal     sdk.Appeal     `json:"appeal"`
	Refs       []sdk.Ref      `json:"refs"`
	Deliveries []deliveryForm `json:"deliveries"`
	Deadlines  []deadlineForm `json:"deadlines"`
	TimeZone   string         `json:"time_zone"`
}

func showRecord(r *journal.Record, zone string) recordForm {
	out := recordForm{ID: r.View.ID, View: showView(&r.View), Appeal: r.Appeal, Refs: r.Refs, TimeZone: zone}
	for i := range r.Deliveries {
		out.Deliveries = append(out.Deliveries, showDelivery(&r.Deliveries[i]))
	}
	for _, d := range r.Deadlines {
		out.Deadlines = append(out.Deadlines, deadlineForm{Term: d.Term, Due: d.Due, DueAt: d.DueAt, Open: d.Open, Passed: d.Passed, Provisional: d.Provisional})
	}
	return out
}

// parkedForm is something that waits for knowledge or for an operator.
type parkedForm struct {
	ID     int64          `json:"id"`
	At     time.Time      `json:"at"`
	Link   string         `json:"link,omitzero"`
	RefID  string         `json:"ref_id,omitzero"`
	Reason journal.Reason `json:"reason"`
	Appeal string         `json:"appeal,omitzero"`
	Place  string         `json:"place,omitzero"`
	Event  int64          `json:"event"`
	Data   jsontext.Value `json:"data,omitzero"`
}

func showParked(p *journal.Parked) parkedForm {
	f := parkedForm{ID: p.ID, At: p.At, Link: p.Link, RefID: p.RefID, Reason: p.Reason, Appeal: p.Appeal, Event: p.Event, Data: jsontext.Value(p.Body)}
	if p.Reason == journal.ReasonUnparsable || p.Reason == journal.ReasonConflict {
		f.Place = p.Place
	}
	return f
}
