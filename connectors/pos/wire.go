package pos

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// page is Spring's Page, as far as it is needed. Each item is decoded by itself,
// so that a broken one does not take the others with it.
type page struct {
	Content       []json.RawMessage `json:"content"`
	Last          *bool             `json:"last"`
	Number        *int              `json:"number"`
	TotalPages    *int              `json:"totalPages"`
	TotalElements *int              `json:"totalElements"`
}

// known reports whether it is a page: one without content must say that there
// are no items.
func (p page) known() bool {
	return p.Content != nil || p.TotalElements != nil && *p.TotalElements == 0
}

// goesOn reports whether a page follows the one that was asked for by number.
// The platform's last decides; an empty page ends the sweep whatever it says, and
// so does a platform that serves another page than it was asked for.
func (p page) goesOn(number int) bool {
	switch {
	case len(p.Content) == 0:
		return false
	case p.Number != nil && *p.Number != number:
		return false
	case p.Last != nil:
		return !*p.Last
	case p.TotalPages != nil:
		return number+1 < *p.TotalPages
	}
	return true
}

// item is an appeal as the platform serves it.
type item struct {
	ID                identifier       `json:"id"`
	Description       text             `json:"description"`
	RegNumber         text             `json:"regNumber"`
	RegNumberSetAt    moment           `json:"regNumberSetAt"`
	SubjectID         text             `json:"subjectId"`
	SubjectName       text             `json:"subjectName"`
	SubsubjectID      text             `json:"subsubjectId"`
	SubsubjectName    text             `json:"subsubjectName"`
	FactID            text             `json:"factId"`
	FactName          text             `json:"factName"`
	AnswerAt          moment           `json:"answerAt"`
	FastTrack         flag             `json:"fastTrack"`
	CreatedAt         moment           `json:"createdAt"`
	RegionID          text             `json:"regionId"`
	RegionName        text             `json:"regionName"`
	Address           text             `json:"address"`
	OpaID             text             `json:"opaId"`
	OpaName           text             `json:"opaName"`
	Shared            flag             `json:"shared"`
	Applicant         *person          `json:"applicant"`
	CoApplicants      []*person        `json:"coApplicants"`
	Attachments       []text           `json:"attachments"`
	CustomFieldValues jsontext.Value   `json:"customFieldValues"`
	Coordinates       jsontext.Value   `json:"coordinates"`
	LocationAddress   *locationAddress `json:"locationAddress"`

	// This project's own convention; see the package's comment.
	RepeatedConsideration *repeatedConsideration `json:"repeatedConsideration"`
	AnswerRating          *answerRating          `json:"answerRating"`
}

type person struct {
	Surname            text `json:"surname"`
	Name               text `json:"name"`
	Patronymic         text `json:"patronymic"`
	Email              text `json:"email"`
	Phone              text `json:"phone"`
	PostAddress        text `json:"postAddress"`
	SendWithRussiaPost flag `json:"sendWithRussiaPost"`
}

// locationAddress has the shape of DaData's addresses.
type locationAddress struct {
	PostalCode         text `json:"postalCode"`
	Country            text `json:"country"`
	RegionFiasID       text `json:"regionFiasId"`
	Region             text `json:"region"`
	RegionWithType     text `json:"regionWithType"`
	Area               text `json:"area"`
	AreaWithType       text `json:"areaWithType"`
	City               text `json:"city"`
	CityWithType       text `json:"cityWithType"`
	Settlement         text `json:"settlement"`
	SettlementWithType text `json:"settlementWithType"`
	Street             text `json:"street"`
	StreetWithType     text `json:"streetWithType"`
	House              text `json:"house"`
	Block              text `json:"block"`
	Flat               text `json:"flat"`
	FiasID             text `json:"fiasId"`
	Okato              text `json:"okato"`
	Oktmo              text `json:"oktmo"`
	GeoLat             text `json:"geoLat"`
	GeoLon             text `json:"geoLon"`
}

type repeatedConsideration struct {
	Number    text   `json:"number"` // from 1
	Reason    text   `json:"reason"`
	CreatedAt moment `json:"createdAt"`
}

type answerRating struct {
	Value     text   `json:"value"` // 1 to 5
	Comment   text   `json:"comment"`
	CreatedAt moment `json:"createdAt"`
}

// text is a string member that may also come as a number, a boolean or null.
type text string

// UnmarshalJSON keeps a number's digits as they are written.
func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case bytes.Equal(b, []byte("null")):
		return nil
	case b[0] == '"':
		return json.Unmarshal(b, (*string)(t))
	case b[0] == '{' || b[0] == '[':
		return errors.New("is not text")
	}
	*t = text(b)
	return nil
}

// identifier is the platform's id of an item or file: a whole number, or a short
// token.
type identifier string

// UnmarshalJSON refuses what could not stand in a path, and a second id beside
// another: neither of the two may be acknowledged.
func (id *identifier) UnmarshalJSON(b []byte) error {
	before := *id
	if err := (*text)(id).UnmarshalJSON(b); err != nil {
		return errors.New("is not an id")
	}
	if *id != "" && !validID(string(*id)) || b[0] != '"' && strings.ContainsAny(string(*id), "eE-") || before != "" && *id != before {
		return errors.New("is not an id")
	}
	return nil
}

// fileID is an identifier that is sent back later. Digits that came as text keep
// their quotes, so that they go back as text: a platform that names its files so
// need not take a number for one.
type fileID string

// UnmarshalJSON takes what identifier takes.
func (id *fileID) UnmarshalJSON(b []byte) error {
	if err := (*identifier)(id).UnmarshalJSON(b); err != nil {
		return err
	}
	if b[0] == '"' && *id != "" && wireID(string(*id))[0] != '"' {
		*id = `"` + *id + `"`
	}
	return nil
}

func validID(s string) bool { return idPattern.MatchString(s) }

var idPattern = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// flag is a boolean that may also come as text, a number or null.
type flag bool

// UnmarshalJSON takes true, 1, "true" and "1" for true, and their opposites, an
// empty text and null for false.
func (f *flag) UnmarshalJSON(b []byte) error {
	switch strings.ToLower(strings.Trim(string(b), `"`)) {
	case "true", "1":
		*f = true
	case "false", "0", "null", "":
		*f = false
	default:
		return errors.New("is not true or false")
	}
	return nil
}
