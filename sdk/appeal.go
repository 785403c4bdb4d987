package sdk

import "time"

// Appeal is a citizen's message or appeal in the canonical schema (appeal.v1).
type Appeal struct {
	ID           string       `json:"id,omitzero"`           // the hub's id, UUIDv7; empty from a source
	Ref          Ref          `json:"ref,omitzero"`          // the source's own record
	Version      string       `json:"version,omitzero"`      // the source's content version; empty: ContentVersion
	Revision     int          `json:"revision,omitzero"`     // the hub's count of versions, from 1
	AckID        string       `json:"-"`                     // for Acker
	Organisation string       `json:"organisation,omitzero"` // key of the addressee organisation in the hub
	Addressee    Addressee    `json:"addressee,omitzero"`    // the addressee as the source names it
	Kind         AppealKind   `json:"kind"`
	Channel      Channel      `json:"channel"`
	Numbers      []Number     `json:"numbers,omitzero"`
	Category     Term         `json:"category,omitzero"`    // ПОС: subject
	Subcategory  Term         `json:"subcategory,omitzero"` // ПОС: subsubject
	Fact         Term         `json:"fact,omitzero"`
	Classifier   string       `json:"classifier,omitzero"` // code of the all-Russian thematic classifier
	Text         string       `json:"text"`
	Applicant    Applicant    `json:"applicant"`
	CoApplicants []Applicant  `json:"co_applicants,omitzero"`
	Collective   bool         `json:"collective,omitzero"`
	Address      string       `json:"address,omitzero"` // where the matter is, in words
	Place        Place        `json:"place,omitzero"`   // the same, in codes
	Attachments  []Attachment `json:"attachments,omitzero"`
	Fields       []Field      `json:"fields,omitzero"`        // what the source adds of its own
	ReceivedAt   time.Time    `json:"received_at,omitzero"`   // when the applicant sent it
	RegisteredAt time.Time    `json:"registered_at,omitzero"` // when the source registered it
	AnswerBy     Date         `json:"answer_by,omitzero"`     // the portal's own term (ПОС answerAt)
	FastTrack    bool         `json:"fast_track,omitzero"`
	Confidential bool         `json:"confidential,omitzero"` // for officials' eyes only
	Rework       Rework       `json:"rework,omitzero"`       // repeated consideration asked for
	Rating       Rating       `json:"rating,omitzero"`       // the applicant's mark of the last answer
}

// AppealKind tells the two kinds of submission apart.
type AppealKind string

// The kinds: an ordinary message, whose terms the platform sets, and an appeal
// under 59-ФЗ.
const (
	KindMessage AppealKind = "message"
	KindAppeal  AppealKind = "appeal"
)

// AppealKinds lists every kind.
func AppealKinds() []AppealKind { return []AppealKind{KindMessage, KindAppeal} }

// Channel is the way by which an appeal was submitted.
type Channel string

// The channels. E-mail is no valid channel of 59-ФЗ since 547-ФЗ of 28.12.2024.
const (
	ChannelPOS      Channel = "pos"       // Feedback Platform
	ChannelEPGU     Channel = "epgu"      // Госуслуги
	ChannelSite     Channel = "site"      // the body's own site
	ChannelPaper    Channel = "paper"     // post
	ChannelInPerson Channel = "in_person" // reception
	ChannelPhone    Channel = "phone"
	ChannelEmail    Channel = "email"
	ChannelMEDO     Channel = "medo" // from another body
	ChannelOther    Channel = "other"
)

// Channels lists every channel.
func Channels() []Channel {
	return []Channel{ChannelPOS, ChannelEPGU, ChannelSite, ChannelPaper, ChannelInPerson, ChannelPhone, ChannelEmail, ChannelMEDO, ChannelOther}
}

// Term is an entry of a source's catalogue.
type Term struct {
	ID   string `json:"id,omitzero"`
	Name string `json:"name,omitzero"`
}

// Field is a named value that the source adds of its own.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Addressee is the organisation an appeal is addressed to, by the codes that
// the source knows; the hub's configuration maps a code to an organisation.
type Addressee struct {
	Code string `json:"code,omitzero"` // ПОС: opaId
	INN  string `json:"inn,omitzero"`  // taxpayer number, 10 or 12 digits
	Name string `json:"name,omitzero"`
}

// Rework is the applicant's request for repeated consideration (ПОС:
// «Повторное рассмотрение»).
type Rework struct {
	Round  int       `json:"round"` // from 1; to a sink the hub counts those in that the source did not mark
	Reason string    `json:"reason,omitzero"`
	At     time.Time `json:"at,omitzero"`
}

// IsZero reports whether no rework was asked for.
func (r Rework) IsZero() bool { return r.Round == 0 && r.Reason == "" && r.At.IsZero() }

// Place locates the matter by the state address register's codes.
type Place struct {
	PostalCode string       `json:"postal_code,omitzero"`
	Country    string       `json:"country,omitzero"`
	Region     string       `json:"region,omitzero"`
	Area       string       `json:"area,omitzero"`
	City       string       `json:"city,omitzero"`
	Settlement string       `json:"settlement,omitzero"`
	Street     string       `json:"street,omitzero"`
	House      string       `json:"house,omitzero"`
	Block      string       `json:"block,omitzero"`
	Flat       string       `json:"flat,omitzero"`
	FIAS       string       `json:"fias,omitzero"`        // ФИАС id, UUID
	RegionFIAS string       `json:"region_fias,omitzero"` // ФИАС id of the region, UUID
	OKATO      string       `json:"okato,omitzero"`       // 2 to 11 digits
	OKTMO      string       `json:"oktmo,omitzero"`       // 8 or 11 digits
	Point      *Coordinates `json:"point,omitempty"`
}

// IsZero reports whether the place says nothing.
func (p Place) IsZero() bool { return p == Place{} }

// Coordinates are WGS 84 degrees.
type Coordinates struct {
	Lat float64 `json:"lat"` // -90 to 90
	Lon float64 `json:"lon"` // -180 to 180
}

// Attachment is a file of an appeal or of an answer.
type Attachment struct {
	ID        string `json:"id,omitzero"`         // stable, and unique among what its system tells of the appeal
	Name      string `json:"name,omitzero"`       // file name without a path
	MediaType string `json:"media_type,omitzero"` // RFC 6838
	Size      int64  `json:"size,omitzero"`       // bytes, once stored
	SHA256    string `json:"sha256,omitzero"`     // lower-case hex, once stored
	Locator   string `json:"locator,omitzero"`    // by which the source's Attacher opens it
	Appeal    string `json:"appeal,omitzero"`     // the hub's id of the appeal it belongs to
	Ref       Ref    `json:"ref,omitzero"`        // receipt of an earlier step in the system being told
	Missing   string `json:"missing,omitzero"`    // why the bytes can't be had
}

// Stored reports whether the hub holds the bytes.
func (a Attachment) Stored() bool { return a.SHA256 != "" }
