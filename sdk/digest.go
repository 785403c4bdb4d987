package sdk

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"time"
)

// ContentVersion is the version of an appeal whose source has none of its own:
// a digest of the content without what the hub adds (ids, organisation, stored
// bytes).
func ContentVersion(a Appeal) string {
	d := newDigest("appeal.v1", len(a.Text)+2048)
	d.ref(a.Ref)
	d.text(a.Addressee.Code, a.Addressee.INN, a.Addressee.Name, string(a.Kind), string(a.Channel))
	d.count(len(a.Numbers))
	for _, n := range a.Numbers {
		d.number(n)
	}
	d.text(a.Category.ID, a.Category.Name, a.Subcategory.ID, a.Subcategory.Name, a.Fact.ID, a.Fact.Name)
	d.text(a.Classifier, a.Text)
	d.applicant(&a.Applicant)
	d.count(len(a.CoApplicants))
	for i := range a.CoApplicants {
		d.applicant(&a.CoApplicants[i])
	}
	d.flags(a.Collective, a.FastTrack, a.Confidential)
	d.text(a.Address)
	d.place(&a.Place)
	d.attachments(a.Attachments)
	d.count(len(a.Fields))
	for _, f := range a.Fields {
		d.text(f.Name, f.Value)
	}
	d.times(a.ReceivedAt, a.RegisteredAt, a.Rework.At)
	d.dates(a.AnswerBy)
	d.count(a.Rework.Round)
	d.text(a.Rework.Reason)
	d.rating(a.Rating)
	return d.sum()
}

// ChangeID is the id of a change whose source gives none: a digest of its
// reference, content and time.
func ChangeID(c StatusChange) string {
	d := newDigest("status-change.v1", len(c.Text)+1024)
	d.ref(c.Ref)
	d.text(c.Token, string(c.Status), string(c.Outcome), c.External.Code, c.External.Label, c.Text, c.ForwardedTo)
	d.times(c.At)
	d.number(c.Number)
	d.number(c.Answer)
	d.dates(c.AnswerBy, c.PostponedTo)
	d.official(c.Executor)
	d.official(c.Manager)
	d.rating(c.Rating)
	d.attachments(c.Attachments)
	return d.sum()
}

// digest gathers values in one unambiguous form: texts with their lengths,
// lists with their counts. A test holds it to every field of the types.
type digest struct{ b []byte }

func newDigest(what string, size int) *digest {
	d := &digest{b: make([]byte, 0, size)}
	d.text(what)
	return d
}

func (d *digest) sum() string {
	sum := sha256.Sum256(d.b)
	return hex.EncodeToString(sum[:16])
}

func (d *digest) count(n int) { d.b = binary.AppendVarint(d.b, int64(n)) }

func (d *digest) text(all ...string) {
	for _, s := range all {
		d.count(len(s))
		d.b = append(d.b, s...)
	}
}

func (d *digest) flags(all ...bool) {
	for _, v := range all {
		n := 0
		if v {
			n = 1
		}
		d.count(n)
	}
}

// times takes instants in whole microseconds, as they are stored; another offset
// is no other content.
func (d *digest) times(all ...time.Time) {
	for _, t := range all {
		d.b = binary.AppendVarint(d.b, t.UnixMicro())
	}
}

func (d *digest) dates(all ...Date) {
	for _, v := range all {
		d.count(v.Year)
		d.count(int(v.Month))
		d.count(v.Day)
	}
}

func (d *digest) ref(r Ref) { d.text(r.Link, r.ID) }

func (d *digest) number(n Number) {
	d.text(string(n.System), n.Link, n.Value)
	d.dates(n.Date)
}

func (d *digest) applicant(a *Applicant) {
	d.text(a.Surname, a.Name, a.Patronymic, a.Organisation, a.Email, a.Phone, a.Address)
	d.flags(a.ReplyByPost)
}

func (d *digest) official(o Official) {
	d.text(o.Surname, o.Name, o.Patronymic, o.Email, o.Phone)
}

func (d *digest) place(p *Place) {
	d.text(p.PostalCode, p.Country, p.Region, p.Area, p.City, p.Settlement, p.Street, p.House, p.Block, p.Flat)
	d.text(p.FIAS, p.RegionFIAS, p.OKATO, p.OKTMO)
	d.flags(p.Point != nil)
	if p.Point != nil {
		d.b = binary.AppendUvarint(d.b, math.Float64bits(p.Point.Lat))
		d.b = binary.AppendUvarint(d.b, math.Float64bits(p.Point.Lon))
	}
}

// attachments takes what the source said of its files, not what the hub learned
// by storing them.
func (d *digest) attachments(all []Attachment) {
	d.count(len(all))
	for i := range all {
		d.text(all[i].ID, all[i].Name, all[i].MediaType, all[i].Locator)
	}
}

func (d *digest) rating(r Rating) {
	d.count(r.Value)
	d.text(r.Comment)
	d.times(r.At)
}
