package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/appealhub/appealhub/sdk"
)

// Normalize brings a to the one form in which the hub keeps it: names,
// addresses and codes without outer white space and in Unicode's NFC, times cut
// to whole microseconds (their offsets stay), attachments with safe names and
// ids of their own, and a content version. The text and whatever else the
// applicant wrote stay as they are. It is idempotent, and a valid appeal stays
// valid.
//
// What an API's client sends is validated before; what a link fetches is
// normalized first, so that an unsafe file name or an odd media type does not
// cost an appeal.
func Normalize(a *sdk.Appeal) {
	cleanAll(&a.Version, &a.Organisation, &a.Classifier, &a.Address, &a.Addressee.Code, &a.Addressee.INN, &a.Addressee.Name)
	cleanAll(&a.Category.ID, &a.Category.Name, &a.Subcategory.ID, &a.Subcategory.Name, &a.Fact.ID, &a.Fact.Name)
	for i := range a.Numbers {
		cleanAll(&a.Numbers[i].Value)
	}
	applicant(&a.Applicant)
	for i := range a.CoApplicants {
		applicant(&a.CoApplicants[i])
	}
	place(&a.Place)
	attachments(a.Attachments)
	cut(&a.ReceivedAt, &a.RegisteredAt, &a.Rework.At, &a.Rating.At)
	if a.Version == "" {
		a.Version = sdk.ContentVersion(*a)
	}
}

// NormalizeChange does for a status change what [Normalize] does for an appeal.
// A change without an id gets one.
func NormalizeChange(c *sdk.StatusChange) {
	cleanAll(&c.Number.Value, &c.Answer.Value, &c.ForwardedTo)
	for _, o := range []*sdk.Official{&c.Executor, &c.Manager} {
		cleanAll(&o.Surname, &o.Name, &o.Patronymic, &o.Email, &o.Phone)
	}
	attachments(c.Attachments)
	cut(&c.At, &c.Rating.At)
	if c.ID == "" {
		c.ID = sdk.ChangeID(*c)
	}
}

func applicant(a *sdk.Applicant) {
	cleanAll(&a.Surname, &a.Name, &a.Patronymic, &a.Organisation, &a.Email, &a.Phone, &a.Address)
}

func place(p *sdk.Place) {
	cleanAll(&p.PostalCode, &p.Country, &p.Region, &p.Area, &p.City, &p.Settlement, &p.Street, &p.House, &p.Block, &p.Flat)
	cleanAll(&p.FIAS, &p.RegionFIAS, &p.OKATO, &p.OKTMO)
	p.FIAS, p.RegionFIAS = strings.ToLower(p.FIAS), strings.ToLower(p.RegionFIAS)
}

func cleanAll(all ...*string) {
	for _, s := range all {
		if *s != "" {
			*s = clean(*s)
		}
	}
}

func clean(s string) string {
	s = strings.TrimSpace(s)
	if composed(s) {
		return s
	}
	if c := norm.NFC.String(s); utf8.RuneCountInString(c) <= utf8.RuneCountInString(s) {
		return c
	}
	return s // a few letters fall apart in NFC: a name at its limit would be too long
}

// composed reports, for the letters that nearly every text here is made of,
// that s is in NFC: all below U+0300, and Cyrillic up to U+047F, start a
// character by themselves. False means unknown.
func composed(s string) bool {
	for i := 0; i < len(s); i++ {
		if b := s[i]; b >= 0xcc && b != 0xd0 && b != 0xd1 {
			return false
		}
	}
	return true
}

// cut keeps a time's offset, whole minutes of it: RFC 3339 has no seconds there, which
// zones had until about 1920.
func cut(all ...*time.Time) {
	for _, t := range all {
		if t.IsZero() {
			continue
		}
		*t = t.Truncate(time.Microsecond)
		if _, offset := t.Zone(); offset%60 != 0 {
			*t = t.In(time.FixedZone("", offset-offset%60))
		}
	}
}

func attachments(all []sdk.Attachment) {
	for i := range all {
		a := &all[i]
		a.Name = fileName(a.Name)
		a.MediaType = mediaType(a.MediaType)
		a.SHA256 = strings.ToLower(a.SHA256)
		if a.ID == "" || taken(all[:i], a.ID) {
			a.ID = attachmentID(a, i)
		}
	}
}

func taken(before []sdk.Attachment, id string) bool {
	for i := range before {
		if before[i].ID == id {
			return true
		}
	}
	return false
}

// attachmentID is the same each time the same appeal is read.
func attachmentID(a *sdk.Attachment, index int) string {
	sum := sha256.Sum256([]byte(a.Locator + "\x00" + a.Name + "\x00" + strconv.Itoa(index)))
	return hex.EncodeToString(sum[:16])
}
