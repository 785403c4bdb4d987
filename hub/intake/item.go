package intake

import (
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// item is one thing that a link gave: the entry that keeps it and the id by
// which its source is told so.
type item struct {
	entry journal.Entry
	ack   string
	once  bool // nobody could give it again as the same
}

func entries(items []item) []journal.Entry {
	out := make([]journal.Entry, len(items))
	for i := range items {
		out[i] = items[i].entry
	}
	return out
}

// appeal makes an item of what a link gave as an appeal. One that breaks the
// canonical schema, or is not of a record in the link's own system, is kept as
// rejected.
func (in *Intake) appeal(link string, a *sdk.Appeal) item {
	a.ID, a.Revision = "", 0
	unstored(a.Attachments)
	in.zoned(link, &a.ReceivedAt, &a.RegisteredAt, &a.Rework.At, &a.Rating.At)
	Normalize(a)
	problems := problemsOf(a.Validate())
	if a.Ref.IsZero() {
		problems = append(problems, sdk.Problem{Path: "/ref", Rule: sdk.RuleRequired, Why: "is missing"})
	}
	problems = append(problems, foreign(link, a.Ref)...)
	if len(problems) > 0 {
		return in.rejected(link, &sdk.Raw{AckID: a.AckID, RefID: a.Ref.ID, Body: writtenAppeal(*a), Reason: reason(problems)})
	}
	return item{ack: a.AckID, entry: journal.Entry{ID: sourceID(a), At: in.now(), Link: link, Appeal: a}}
}

// change makes an item of what a link gave as a status change, as appeal does.
// A snapshot is a present state from an sdk.StatusReader.
func (in *Intake) change(link string, c *sdk.StatusChange, snapshot bool) item {
	unstored(c.Attachments)
	in.zoned(link, &c.At, &c.Rating.At)
	NormalizeChange(c)
	owned(link, c.Attachments)
	problems := append(problemsOf(c.Validate()), foreign(link, c.Ref)...)
	if len(problems) > 0 {
		return in.rejected(link, &sdk.Raw{AckID: c.AckID, RefID: c.Ref.ID, Body: writtenChange(*c), Reason: reason(problems)})
	}
	return item{ack: c.AckID, entry: journal.Entry{At: in.now(), Link: link, Change: c, Snapshot: snapshot}}
}

// zoned takes times for local ones that a link's system marks as UTC, where its
// configuration says so.
func (in *Intake) zoned(link string, times ...*time.Time) {
	s := in.sources[link]
	if s == nil || s.zone == nil {
		return
	}
	for _, t := range times {
		if _, offset := t.Zone(); !t.IsZero() && offset == 0 {
			*t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), s.zone)
		}
	}
}

// rejected makes an item of what could not be parsed, or breaks the contract.
// What goes into columns is made fit for them.
func (in *Intake) rejected(link string, raw *sdk.Raw) item {
	raw.RefID, raw.Reason = columnText(raw.RefID, sdk.MaxName), columnText(raw.Reason, sdk.MaxTitle)
	return item{ack: raw.AckID, entry: journal.Entry{At: in.now(), Link: link, Rejected: raw}}
}

// refused makes a rejected item of one that the journal's database does not take.
func (in *Intake) refused(i item) item {
	raw := &sdk.Raw{AckID: i.ack, Reason: notTaken}
	if a := i.entry.Appeal; a != nil {
		raw.RefID, raw.Body = a.Ref.ID, writtenAppeal(*a)
	}
	if c := i.entry.Change; c != nil {
		raw.RefID, raw.Body = c.Ref.ID, writtenChange(*c)
	}
	return in.rejected(i.entry.Link, raw)
}

// notTaken is why the journal keeps what it can't have in its tables.
const notTaken = "the journal's database refuses it"

// unstored removes what only the hub knows of a file: a source that filled it
// in would keep the bytes from being fetched.
func unstored(files []sdk.Attachment) {
	for i := range files {
		f := &files[i]
		f.Size, f.SHA256, f.Appeal, f.Ref = 0, "", "", sdk.Ref{}
	}
}

// owned gives the files of a change from a link ids that are the link's alone.
func owned(name string, files []sdk.Attachment) {
	for i := range files {
		files[i].ID = link.FileID(name, files[i].ID)
	}
}

// foreign tells a reference that is not one of the link's own.
func foreign(link string, ref sdk.Ref) []sdk.Problem {
	if ref.Link == link || ref.IsZero() {
		return nil
	}
	return []sdk.Problem{{Path: "/ref/link", Rule: sdk.RuleEnum, Why: "is not the name of the link it came from"}}
}
