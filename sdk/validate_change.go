package sdk

// Validate checks c by the rules of schemas/status-change.v1.schema.json. The
// error is a *ValidationError that lists every problem (50 at most).
func (c StatusChange) Validate() error {
	var check checker
	check.change(&c)
	return check.err()
}

func (c *checker) change(s *StatusChange) {
	c.filled("id", s.ID, MaxName)
	c.ref("ref", s.Ref)
	c.text("token", s.Token, MaxName)
	if s.Ref.IsZero() && s.Token == "" {
		c.fail("ref", RuleRequired, "is missing, and there is no token in its place")
	}
	if s.Status != "" && !s.Status.Valid() {
		c.fail("status", RuleEnum, "is not a canonical status")
	}
	if s.Outcome != "" && !s.Outcome.Valid() {
		c.fail("outcome", RuleEnum, "is not one of explained, supported, measures_taken, not_supported")
	}
	c.enter("external")
	c.text("code", s.External.Code, MaxName)
	c.text("label", s.External.Label, MaxTitle)
	c.leave()
	c.time("at", s.At)
	c.text("text", s.Text, MaxText)
	c.optionalNumber("number", &s.Number)
	c.optionalNumber("answer", &s.Answer)
	c.date("answer_by", s.AnswerBy)
	c.date("postponed_to", s.PostponedTo)
	c.text("forwarded_to", s.ForwardedTo, MaxTitle)
	c.official("executor", &s.Executor)
	c.official("manager", &s.Manager)
	c.rating(&s.Rating)
	c.attachments(s.Attachments)
}

func (c *checker) numbers(all []Number) {
	c.atMost("numbers", len(all), MaxNumbers)
	c.enter("numbers")
	for i := range all {
		c.item(i)
		c.number(&all[i])
		c.leave()
	}
	c.leave()
}

func (c *checker) optionalNumber(name string, n *Number) {
	if n.IsZero() {
		return
	}
	c.enter(name)
	c.number(n)
	c.leave()
}

func (c *checker) number(n *Number) {
	switch n.System {
	case "", NumberPOS, NumberEPGU, NumberEDMS, NumberMEDO, NumberOther:
	default:
		c.fail("system", RuleEnum, "is not one of pos, epgu, edms, medo, other")
	}
	c.link("link", n.Link)
	c.visible("value", n.Value, MaxName)
	c.date("date", n.Date)
}

func (c *checker) official(name string, o *Official) {
	c.enter(name)
	c.text("surname", o.Surname, MaxName)
	c.text("name", o.Name, MaxName)
	c.text("patronymic", o.Patronymic, MaxName)
	c.text("email", o.Email, MaxName)
	c.text("phone", o.Phone, MaxName)
	c.leave()
}

func (c *checker) rating(r *Rating) {
	if r.IsZero() {
		return
	}
	c.enter("rating")
	c.between("value", int64(r.Value), 1, 5)
	c.text("comment", r.Comment, MaxText)
	c.time("at", r.At)
	c.leave()
}

func (c *checker) attachments(all []Attachment) {
	c.atMost("attachments", len(all), MaxAttachments)
	c.enter("attachments")
	for i := range all {
		c.item(i)
		c.attachment(&all[i])
		c.leave()
	}
	c.leave()
}

func (c *checker) attachment(a *Attachment) {
	c.text("id", a.ID, MaxName)
	c.text("name", a.Name, MaxName)
	c.code("name", a.Name, isFileName, "a file name: it holds a path or control characters")
	c.code("media_type", a.MediaType, ValidMediaType, "a media type such as application/pdf")
	c.between("size", a.Size, 0, 1<<53-1)
	c.code("sha256", a.SHA256, isSHA256, "64 hexadecimal digits in lower case")
	c.text("locator", a.Locator, MaxLine)
	c.uuid("appeal", a.Appeal)
	c.ref("ref", a.Ref)
	c.text("missing", a.Missing, MaxTitle)
}
