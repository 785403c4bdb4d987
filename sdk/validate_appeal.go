package sdk

import "math"

// Validate checks a by the rules of schemas/appeal.v1.schema.json. The error is
// a *ValidationError that lists every problem (50 at most).
func (a Appeal) Validate() error {
	var c checker
	c.appeal(&a)
	return c.err()
}

func (c *checker) appeal(a *Appeal) {
	c.uuid("id", a.ID)
	c.ref("ref", a.Ref)
	c.text("version", a.Version, MaxName)
	c.between("revision", int64(a.Revision), 0, 1_000_000_000)
	c.text("organisation", a.Organisation, MaxName)
	c.addressee(a.Addressee)
	c.kind(a.Kind)
	c.channel(a.Channel)
	c.numbers(a.Numbers)
	c.term("category", a.Category)
	c.term("subcategory", a.Subcategory)
	c.term("fact", a.Fact)
	c.code("classifier", a.Classifier, isClassifier, "of the form 0000.0000.0000.0000 or 0000.0000.0000.0000.0000")
	c.visible("text", a.Text, MaxText)
	c.applicants(a)
	c.text("address", a.Address, MaxLine)
	c.place(&a.Place)
	c.attachments(a.Attachments)
	c.fields(a.Fields)
	c.time("received_at", a.ReceivedAt)
	c.time("registered_at", a.RegisteredAt)
	c.date("answer_by", a.AnswerBy)
	c.rework(&a.Rework)
	c.rating(&a.Rating)
}

func (c *checker) kind(k AppealKind) {
	switch k {
	case KindMessage, KindAppeal:
	case "":
		c.fail("kind", RuleRequired, "is missing")
	default:
		c.fail("kind", RuleEnum, "is not one of message, appeal")
	}
}

func (c *checker) channel(ch Channel) {
	switch ch {
	case ChannelPOS, ChannelEPGU, ChannelSite, ChannelPaper, ChannelInPerson, ChannelPhone, ChannelEmail, ChannelMEDO, ChannelOther:
	case "":
		c.fail("channel", RuleRequired, "is missing")
	default:
		c.fail("channel", RuleEnum, "is not one of pos, epgu, site, paper, in_person, phone, email, medo, other")
	}
}

func (c *checker) ref(name string, r Ref) {
	if r.IsZero() {
		return
	}
	c.enter(name)
	if r.Link == "" {
		c.fail("link", RuleRequired, "is missing")
	}
	c.link("link", r.Link)
	c.filled("id", r.ID, MaxName)
	c.leave()
}

func (c *checker) addressee(a Addressee) {
	c.enter("addressee")
	c.text("code", a.Code, MaxName)
	c.code("inn", a.INN, isINN, "10 or 12 digits")
	c.text("name", a.Name, MaxTitle)
	c.leave()
}

func (c *checker) term(name string, t Term) {
	c.enter(name)
	c.text("id", t.ID, MaxName)
	c.text("name", t.Name, MaxTitle)
	c.leave()
}

func (c *checker) applicants(a *Appeal) {
	if blank(a.Applicant.Surname) && blank(a.Applicant.Name) && blank(a.Applicant.Organisation) {
		c.fail("applicant", RuleRequired, "has none of surname, name and organisation")
	}
	c.enter("applicant")
	c.applicant(&a.Applicant)
	c.leave()
	c.atMost("co_applicants", len(a.CoApplicants), MaxCoApplicants)
	c.enter("co_applicants")
	for i := range a.CoApplicants {
		c.item(i)
		c.applicant(&a.CoApplicants[i])
		c.leave()
	}
	c.leave()
}

func (c *checker) applicant(a *Applicant) {
	c.text("surname", a.Surname, MaxName)
	c.text("name", a.Name, MaxName)
	c.text("patronymic", a.Patronymic, MaxName)
	c.text("organisation", a.Organisation, MaxTitle)
	c.text("email", a.Email, MaxName)
	c.text("phone", a.Phone, MaxName)
	c.text("address", a.Address, MaxLine)
}

func (c *checker) place(p *Place) {
	c.enter("place")
	c.text("postal_code", p.PostalCode, MaxName)
	c.text("country", p.Country, MaxName)
	c.text("region", p.Region, MaxName)
	c.text("area", p.Area, MaxName)
	c.text("city", p.City, MaxName)
	c.text("settlement", p.Settlement, MaxName)
	c.text("street", p.Street, MaxName)
	c.text("house", p.House, MaxName)
	c.text("block", p.Block, MaxName)
	c.text("flat", p.Flat, MaxName)
	c.code("fias", p.FIAS, isFIAS, "a UUID")
	c.code("region_fias", p.RegionFIAS, isFIAS, "a UUID")
	c.code("okato", p.OKATO, isOKATO, "2 to 11 digits")
	c.code("oktmo", p.OKTMO, isOKTMO, "8 or 11 digits")
	if p.Point != nil {
		c.enter("point")
		c.degrees("lat", p.Point.Lat, 90)
		c.degrees("lon", p.Point.Lon, 180)
		c.leave()
	}
	c.leave()
}

func (c *checker) degrees(name string, v, most float64) {
	if math.IsNaN(v) || v < -most || v > most {
		c.fail(name, RuleRange, "is not a number of degrees within its bounds")
	}
}

func (c *checker) fields(all []Field) {
	c.atMost("fields", len(all), MaxFields)
	c.enter("fields")
	for i := range all {
		c.item(i)
		c.filled("name", all[i].Name, MaxName)
		c.text("value", all[i].Value, MaxText)
		c.leave()
	}
	c.leave()
}

func (c *checker) rework(r *Rework) {
	if r.IsZero() {
		return
	}
	c.enter("rework")
	c.between("round", int64(r.Round), 1, 1000)
	c.text("reason", r.Reason, MaxText)
	c.time("at", r.At)
	c.leave()
}
