package sdk

// The members of each type in its order; a test holds them equal to the types'
// tags.

func (e *encoder) appeal(a *Appeal) {
	e.open("")
	e.text("id", a.ID)
	e.ref("ref", a.Ref)
	e.text("version", a.Version)
	e.whole("revision", int64(a.Revision))
	e.text("organisation", a.Organisation)
	if a.Addressee != (Addressee{}) {
		e.open("addressee")
		e.text("code", a.Addressee.Code)
		e.text("inn", a.Addressee.INN)
		e.text("name", a.Addressee.Name)
		e.close()
	}
	e.need("kind", string(a.Kind))
	e.need("channel", string(a.Channel))
	list(e, "numbers", a.Numbers, func(n *Number) { e.numberOf("", *n) })
	e.term("category", a.Category)
	e.term("subcategory", a.Subcategory)
	e.term("fact", a.Fact)
	e.text("classifier", a.Classifier)
	e.need("text", a.Text)
	e.applicant("applicant", &a.Applicant)
	list(e, "co_applicants", a.CoApplicants, func(p *Applicant) { e.applicant("", p) })
	e.flag("collective", a.Collective)
	e.text("address", a.Address)
	e.place(&a.Place)
	list(e, "attachments", a.Attachments, e.attachment)
	list(e, "fields", a.Fields, e.field)
	e.time("received_at", a.ReceivedAt)
	e.time("registered_at", a.RegisteredAt)
	e.date("answer_by", a.AnswerBy)
	e.flag("fast_track", a.FastTrack)
	e.flag("confidential", a.Confidential)
	if !a.Rework.IsZero() {
		e.open("rework")
		e.needWhole("round", int64(a.Rework.Round))
		e.text("reason", a.Rework.Reason)
		e.time("at", a.Rework.At)
		e.close()
	}
	e.rating(a.Rating)
	e.close()
}

func (e *encoder) change(c *StatusChange) {
	e.open("")
	e.need("id", c.ID)
	e.ref("ref", c.Ref)
	e.text("token", c.Token)
	e.text("status", string(c.Status))
	e.text("outcome", string(c.Outcome))
	if !c.External.IsZero() {
		e.open("external")
		e.text("code", c.External.Code)
		e.text("label", c.External.Label)
		e.close()
	}
	e.time("at", c.At)
	e.text("text", c.Text)
	e.numberOf("number", c.Number)
	e.numberOf("answer", c.Answer)
	e.date("answer_by", c.AnswerBy)
	e.date("postponed_to", c.PostponedTo)
	e.text("forwarded_to", c.ForwardedTo)
	e.official("executor", c.Executor)
	e.official("manager", c.Manager)
	e.rating(c.Rating)
	list(e, "attachments", c.Attachments, e.attachment)
	e.close()
}

// list leaves out a list that is nil.
func list[T any](e *encoder, name string, all []T, item func(*T)) {
	if all == nil {
		return
	}
	e.name(name)
	e.b = append(e.b, '[')
	for i := range all {
		item(&all[i])
	}
	e.b = append(e.b, ']')
}

func (e *encoder) ref(name string, r Ref) {
	if r == (Ref{}) {
		return
	}
	e.open(name)
	e.need("link", r.Link)
	e.need("id", r.ID)
	e.close()
}

func (e *encoder) term(name string, t Term) {
	if t == (Term{}) {
		return
	}
	e.open(name)
	e.text("id", t.ID)
	e.text("name", t.Name)
	e.close()
}

// numberOf leaves out a member that is zero, but no item of a list.
func (e *encoder) numberOf(name string, n Number) {
	if name != "" && n.IsZero() {
		return
	}
	e.open(name)
	e.text("system", string(n.System))
	e.text("link", n.Link)
	e.need("value", n.Value)
	e.date("date", n.Date)
	e.close()
}

func (e *encoder) applicant(name string, a *Applicant) {
	e.open(name)
	e.text("surname", a.Surname)
	e.text("name", a.Name)
	e.text("patronymic", a.Patronymic)
	e.text("organisation", a.Organisation)
	e.text("email", a.Email)
	e.text("phone", a.Phone)
	e.text("address", a.Address)
	e.flag("reply_by_post", a.ReplyByPost)
	e.close()
}

func (e *encoder) official(name string, o Official) {
	if o == (Official{}) {
		return
	}
	e.open(name)
	e.text("surname", o.Surname)
	e.text("name", o.Name)
	e.text("patronymic", o.Patronymic)
	e.text("email", o.Email)
	e.text("phone", o.Phone)
	e.close()
}

func (e *encoder) place(p *Place) {
	if p.IsZero() {
		return
	}
	e.open("place")
	e.text("postal_code", p.PostalCode)
	e.text("country", p.Country)
	e.text("region", p.Region)
	e.text("area", p.Area)
	e.text("city", p.City)
	e.text("settlement", p.Settlement)
	e.text("street", p.Street)
	e.text("house", p.House)
	e.text("block", p.Block)
	e.text("flat", p.Flat)
	e.text("fias", p.FIAS)
	e.text("region_fias", p.RegionFIAS)
	e.text("okato", p.OKATO)
	e.text("oktmo", p.OKTMO)
	if p.Point != nil {
		e.open("point")
		e.number("lat", p.Point.Lat)
		e.number("lon", p.Point.Lon)
		e.close()
	}
	e.close()
}

func (e *encoder) attachment(a *Attachment) {
	e.open("")
	e.text("id", a.ID)
	e.text("name", a.Name)
	e.text("media_type", a.MediaType)
	e.whole("size", a.Size)
	e.text("sha256", a.SHA256)
	e.text("locator", a.Locator)
	e.text("appeal", a.Appeal)
	e.ref("ref", a.Ref)
	e.text("missing", a.Missing)
	e.close()
}

func (e *encoder) field(f *Field) {
	e.open("")
	e.need("name", f.Name)
	e.need("value", f.Value)
	e.close()
}

func (e *encoder) rating(r Rating) {
	if r.IsZero() {
		return
	}
	e.open("rating")
	e.needWhole("value", int64(r.Value))
	e.text("comment", r.Comment)
	e.time("at", r.At)
	e.close()
}
