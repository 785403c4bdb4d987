package document

import "github.com/appealhub/appealhub/sdk"

// The tables of the objects inside an appeal or a status change.

var refMembers = []member[sdk.Ref]{
	{name: "link", read: func(r *reader, v *sdk.Ref) { v.Link = r.code() }, need: true},
	{name: "id", read: func(r *reader, v *sdk.Ref) { v.ID = r.code() }, need: true},
}

var addresseeMembers = []member[sdk.Addressee]{
	{name: "code", read: func(r *reader, v *sdk.Addressee) { v.Code = r.text() }},
	{name: "inn", read: func(r *reader, v *sdk.Addressee) { v.INN = r.code() }},
	{name: "name", read: func(r *reader, v *sdk.Addressee) { v.Name = r.text() }},
}

var numberMembers = []member[sdk.Number]{
	{name: "system", read: func(r *reader, v *sdk.Number) { v.System = sdk.NumberSystem(r.code()) }},
	{name: "link", read: func(r *reader, v *sdk.Number) { v.Link = r.code() }},
	{name: "value", read: func(r *reader, v *sdk.Number) { v.Value = r.code() }, need: true},
	{name: "date", read: func(r *reader, v *sdk.Number) { v.Date = r.date() }},
}

var termMembers = []member[sdk.Term]{
	{name: "id", read: func(r *reader, v *sdk.Term) { v.ID = r.text() }},
	{name: "name", read: func(r *reader, v *sdk.Term) { v.Name = r.text() }},
}

var fieldMembers = []member[sdk.Field]{
	{name: "name", read: func(r *reader, v *sdk.Field) { v.Name = r.code() }, need: true},
	{name: "value", read: func(r *reader, v *sdk.Field) { v.Value = r.text() }, need: true},
}

var applicantMembers = []member[sdk.Applicant]{
	{name: "surname", read: func(r *reader, v *sdk.Applicant) { v.Surname = r.text() }},
	{name: "name", read: func(r *reader, v *sdk.Applicant) { v.Name = r.text() }},
	{name: "patronymic", read: func(r *reader, v *sdk.Applicant) { v.Patronymic = r.text() }},
	{name: "organisation", read: func(r *reader, v *sdk.Applicant) { v.Organisation = r.text() }},
	{name: "email", read: func(r *reader, v *sdk.Applicant) { v.Email = r.text() }},
	{name: "phone", read: func(r *reader, v *sdk.Applicant) { v.Phone = r.text() }},
	{name: "address", read: func(r *reader, v *sdk.Applicant) { v.Address = r.text() }},
	{name: "reply_by_post", read: func(r *reader, v *sdk.Applicant) { v.ReplyByPost = r.flag() }},
}

var officialMembers = []member[sdk.Official]{
	{name: "surname", read: func(r *reader, v *sdk.Official) { v.Surname = r.text() }},
	{name: "name", read: func(r *reader, v *sdk.Official) { v.Name = r.text() }},
	{name: "patronymic", read: func(r *reader, v *sdk.Official) { v.Patronymic = r.text() }},
	{name: "email", read: func(r *reader, v *sdk.Official) { v.Email = r.text() }},
	{name: "phone", read: func(r *reader, v *sdk.Official) { v.Phone = r.text() }},
}

var placeMembers = []member[sdk.Place]{
	{name: "postal_code", read: func(r *reader, v *sdk.Place) { v.PostalCode = r.text() }},
	{name: "country", read: func(r *reader, v *sdk.Place) { v.Country = r.text() }},
	{name: "region", read: func(r *reader, v *sdk.Place) { v.Region = r.text() }},
	{name: "area", read: func(r *reader, v *sdk.Place) { v.Area = r.text() }},
	{name: "city", read: func(r *reader, v *sdk.Place) { v.City = r.text() }},
	{name: "settlement", read: func(r *reader, v *sdk.Place) { v.Settlement = r.text() }},
	{name: "street", read: func(r *reader, v *sdk.Place) { v.Street = r.text() }},
	{name: "house", read: func(r *reader, v *sdk.Place) { v.House = r.text() }},
	{name: "block", read: func(r *reader, v *sdk.Place) { v.Block = r.text() }},
	{name: "flat", read: func(r *reader, v *sdk.Place) { v.Flat = r.text() }},
	{name: "fias", read: func(r *reader, v *sdk.Place) { v.FIAS = r.code() }},
	{name: "region_fias", read: func(r *reader, v *sdk.Place) { v.RegionFIAS = r.code() }},
	{name: "okato", read: func(r *reader, v *sdk.Place) { v.OKATO = r.code() }},
	{name: "oktmo", read: func(r *reader, v *sdk.Place) { v.OKTMO = r.code() }},
	{name: "point", read: func(r *reader, v *sdk.Place) {
		v.Point = new(sdk.Coordinates)
		readObject(r, v.Point, pointMembers)
	}},
}

var pointMembers = []member[sdk.Coordinates]{
	{name: "lat", read: func(r *reader, v *sdk.Coordinates) { v.Lat = r.number() }, need: true},
	{name: "lon", read: func(r *reader, v *sdk.Coordinates) { v.Lon = r.number() }, need: true},
}

var attachmentMembers = []member[sdk.Attachment]{
	{name: "id", read: func(r *reader, v *sdk.Attachment) { v.ID = r.text() }},
	{name: "name", read: func(r *reader, v *sdk.Attachment) { v.Name = r.text() }},
	{name: "media_type", read: func(r *reader, v *sdk.Attachment) { v.MediaType = r.code() }},
	{name: "size", read: func(r *reader, v *sdk.Attachment) { v.Size = r.whole() }},
	{name: "sha256", read: func(r *reader, v *sdk.Attachment) { v.SHA256 = r.code() }},
	{name: "locator", read: func(r *reader, v *sdk.Attachment) { v.Locator = r.text() }},
	{name: "appeal", read: func(r *reader, v *sdk.Attachment) { v.Appeal = r.code() }},
	{name: "ref", read: func(r *reader, v *sdk.Attachment) { readObject(r, &v.Ref, refMembers) }},
	{name: "missing", read: func(r *reader, v *sdk.Attachment) { v.Missing = r.text() }},
}

var externalMembers = []member[sdk.External]{
	{name: "code", read: func(r *reader, v *sdk.External) { v.Code = r.text() }},
	{name: "label", read: func(r *reader, v *sdk.External) { v.Label = r.text() }},
}

var reworkMembers = []member[sdk.Rework]{
	{name: "round", read: func(r *reader, v *sdk.Rework) { v.Round = r.positive() }, need: true},
	{name: "reason", read: func(r *reader, v *sdk.Rework) { v.Reason = r.text() }},
	{name: "at", read: func(r *reader, v *sdk.Rework) { v.At = r.time() }},
}

var ratingMembers = []member[sdk.Rating]{
	{name: "value", read: func(r *reader, v *sdk.Rating) { v.Value = r.positive() }, need: true},
	{name: "comment", read: func(r *reader, v *sdk.Rating) { v.Comment = r.text() }},
	{name: "at", read: func(r *reader, v *sdk.Rating) { v.At = r.time() }},
}

func readNumber(r *reader, v *sdk.Number)         { readObject(r, v, numberMembers) }
func readApplicant(r *reader, v *sdk.Applicant)   { readObject(r, v, applicantMembers) }
func readField(r *reader, v *sdk.Field)           { readObject(r, v, fieldMembers) }
func readAttachment(r *reader, v *sdk.Attachment) { readObject(r, v, attachmentMembers) }
