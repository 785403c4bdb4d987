package journal

import (
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// View is the present state of an appeal in columns: no personal data.
type View struct {
	ID           string
	Organisation string
	Source       sdk.Ref // the record it came from
	Kind         sdk.AppealKind
	FastTrack    bool
	Version      string // content version of the latest revision
	Revision     int
	Status       sdk.Status
	Outcome      sdk.Outcome
	StatusAt     time.Time // the latest time that a system gave for a status; the hub's at the reception, zero before a system gave one
	Rework       int       // the latest round of repeated consideration that the status has followed; set by the planner
	Lead         string    // the link whose statuses reach the source
	Targets      []string  // the links it is delivered to, the lead among them
	Parked       Reason    // NoRoute or NoOrganisation
	ReceivedAt   time.Time // when the hub took it
	UpdatedAt    time.Time
	Due          sdk.Date // the date by which an answer is due
	Terms        string   // what the terms depend on and what was told of them, as the planner keeps it; no personal data
	Events       int64    // the stream's length
}

// FileState is what the journal knows of an attachment's bytes.
type FileState string

// The states of a file.
const (
	FilePending FileState = "pending"
	FileStored  FileState = "stored"
	FileMissing FileState = "missing"
)

// State is what a planner sees of an appeal inside the transaction.
type State struct {
	View  View                 // zero ID: the appeal is new
	Files map[string]FileState // known attachments by id
	Refs  map[string]string    // link → id of the record there
}

// Known reports whether the appeal existed before the event.
func (s State) Known() bool { return s.View.ID != "" }

// Input is the event a planner plans for, with its payload.
type Input struct {
	Kind   EventKind
	At     time.Time
	Link   string
	Appeal *sdk.Appeal       // for AppealReceived, AppealRevised, AppealRouted
	Change *sdk.StatusChange // for StatusChanged
	Done   *Delivery         // for DeliveryDone
	Token  string            // for DeliveryDone: receipt without a reference
	Told   int64             // for DeliveryDone of VerbStatus: the sequence of the event that the link was told of
	Clock  *Clock            // in place of an event: time has passed
}

// Step is a delivery that a plan asks for. Steps of one appeal on one link are
// carried out in the order planned, one at a time.
type Step struct {
	Link       string
	Verb       Verb
	Attachment string // for VerbFetch and VerbAttachment
	Held       bool   // waits until Attachment is stored; skipped if it is missing
}

// Plan is what an event leads to. View replaces the appeal's view.
type Plan struct {
	View      View
	Reason    Reason // the change was not applied, or the appeal parked; see Parks
	Steps     []Step
	Deadlines []Deadline // those that the event changed
	Notices   []Notice   // told after the event
}

// Parks reports whether a reason puts the event on the operator's list of
// parked things; Stale and NotLead are on record only.
func (r Reason) Parks() bool {
	switch r {
	case ReasonUnknownRef, ReasonUnmapped, ReasonIllegalMove, ReasonNoRoute, ReasonNoOrganisation, ReasonUnparsable, ReasonConflict:
		return true
	}
	return false
}

// Unrouted reports whether an appeal that is parked for this reason found no way.
func (r Reason) Unrouted() bool { return r == ReasonNoRoute || r == ReasonNoOrganisation }

// Dismissible reports whether an operator may take what is parked for this reason
// off the list and leave it at that. An appeal leaves it by finding its way.
func (r Reason) Dismissible() bool { return r.Parks() && !r.Unrouted() }

// Planner turns state and event into a plan. It is pure: same input, same
// plan; it reads no clock and does no I/O.
type Planner interface {
	Plan(s State, in Input) Plan
}
