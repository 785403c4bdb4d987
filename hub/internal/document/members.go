package document

import "github.com/appealhub/appealhub/sdk"

// The tables hold the members of the canonical schemas in the order in which
// sdk's types write them.

var appealMembers = []member[sdk.Appeal]{
	{name: "id", read: func(r *reader, a *sdk.Appeal) { a.ID = r.code() }},
	{name: "ref", read: func(r *reader, a *sdk.Appeal) { readObject(r, &a.Ref, refMembers) }},
	{name: "version", read: func(r *reader, a *sdk.Appeal) { a.Version = r.text() }},
	{name: "revision", read: func(r *reader, a *sdk.Appeal) { a.Revision = r.positive() }},
	{name: "organisation", read: func(r *reader, a *sdk.Appeal) { a.Organisation = r.text() }},
	{name: "addressee", read: func(r *reader, a *sdk.Appeal) { readObject(r, &a.Addressee, addresseeMembers) }},
	{name: "kind", read: func(r *reader, a *sdk.Appeal) { a.Kind = sdk.AppealKind(r.code()) }},
	{name: "channel", read: func(r *reader, a *sdk.Appeal) { a.Channel = sdk.Channel(r.code()) }},
	{name: "numbers", read: func(r *reader, a *sdk.Appeal) { a.Numbers = readList(r, readNumber) }},
	{name: "category", read: func(r *reader, a *sdk.Appeal) { readObject(r, &a.Category, termMembers) }},
	{name: "subcategory", read: func(r *reader, a *sdk.Appeal) { readObject(r, &a.Subcategory, termMembers) }},
	{name: "fact", read: func(r *reader, a *sdk.Appeal) { readObject(r, &a.Fact, termMembers) }},
	{name: "classifier", read: func(r *reader, a *sdk.Appeal) { a.Classifier = r.code() }},
	{name: "text", read: func(r *reader, a *sdk.Appeal) { a.Text = r.text() }},
	{name: "applicant", read: func(r *reader, a *sdk.Appeal) { readApplicant(r, &a.Applicant) }},
	{name: "co_applicants", read: func(r *reader, a *sdk.Appeal) { a.CoApplicants = readList(r, readApplicant) }},
	{name: "collective", read: func(r *reader, a *sdk.Appeal) { a.Collective = r.flag() }},
	{name: "address", read: func(r *reader, a *sdk.Appeal) { a.Address = r.text() }},
	{name: "place", read: func(r *reader, a *sdk.Appeal) { readObject(r, &a.Place, placeMembers) }},
	{name: "attachments", read: func(r *reader, a *sdk.Appeal) { a.Attachments = readList(r, readAttachment) }},
	{name: "fields", read: func(r *reader, a *sdk.Appeal) { a.Fields = readList(r, readField) }},
	{name: "received_at", read: func(r *reader, a *sdk.Appeal) { a.ReceivedAt = r.time() }},
	{name: "registered_at", read: func(r *reader, a *sdk.Appeal) { a.RegisteredAt = r.time() }},
	{name: "answer_by", read: func(r *reader, a *sdk.Appeal) { a.AnswerBy = r.date() }},
	{name: "fast_track", read: func(r *reader, a *sdk.Appeal) { a.FastTrack = r.flag() }},
	{name: "confidential", read: func(r *reader, a *sdk.Appeal) { a.Confidential = r.flag() }},
	{name: "rework", read: func(r *reader, a *sdk.Appeal) { readObject(r, &a.Rework, reworkMembers) }},
	{name: "rating", read: func(r *reader, a *sdk.Appeal) { readObject(r, &a.Rating, ratingMembers) }},
}

var changeMembers = []member[sdk.StatusChange]{
	{name: "id", read: func(r *reader, c *sdk.StatusChange) { c.ID = r.code() }},
	{name: "ref", read: func(r *reader, c *sdk.StatusChange) { readObject(r, &c.Ref, refMembers) }},
	{name: "token", read: func(r *reader, c *sdk.StatusChange) { c.Token = r.code() }},
	{name: "status", read: func(r *reader, c *sdk.StatusChange) { c.Status = sdk.Status(r.code()) }},
	{name: "outcome", read: func(r *reader, c *sdk.StatusChange) { c.Outcome = sdk.Outcome(r.code()) }},
	{name: "external", read: func(r *reader, c *sdk.StatusChange) { readObject(r, &c.External, externalMembers) }},
	{name: "at", read: func(r *reader, c *sdk.StatusChange) { c.At = r.time() }},
	{name: "text", read: func(r *reader, c *sdk.StatusChange) { c.Text = r.text() }},
	{name: "number", read: func(r *reader, c *sdk.StatusChange) { readNumber(r, &c.Number) }},
	{name: "answer", read: func(r *reader, c *sdk.StatusChange) { readNumber(r, &c.Answer) }},
	{name: "answer_by", read: func(r *reader, c *sdk.StatusChange) { c.AnswerBy = r.date() }},
	{name: "postponed_to", read: func(r *reader, c *sdk.StatusChange) { c.PostponedTo = r.date() }},
	{name: "forwarded_to", read: func(r *reader, c *sdk.StatusChange) { c.ForwardedTo = r.text() }},
	{name: "executor", read: func(r *reader, c *sdk.StatusChange) { readObject(r, &c.Executor, officialMembers) }},
	{name: "manager", read: func(r *reader, c *sdk.StatusChange) { readObject(r, &c.Manager, officialMembers) }},
	{name: "rating", read: func(r *reader, c *sdk.StatusChange) { readObject(r, &c.Rating, ratingMembers) }},
	{name: "attachments", read: func(r *reader, c *sdk.StatusChange) { c.Attachments = readList(r, readAttachment) }},
}
