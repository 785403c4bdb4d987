package pos

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/appealhub/appealhub/sdk"
)

// mapping turns the platform's items into appeals.
type mapping struct {
	link   string
	zone   *time.Location
	marked *time.Location // of times that are marked as UTC and are not; nil: they are
	kinds  []kindRule
}

func (c *Connector) mapping() mapping {
	return mapping{link: c.link, zone: c.cfg.zone, marked: c.marked, kinds: c.cfg.appeals}
}

// page maps each item by itself.
func (m mapping) page(content []stdjson.RawMessage) sdk.Page[sdk.Appeal] {
	var out sdk.Page[sdk.Appeal]
	for _, raw := range content {
		a, err := m.appeal(raw)
		if err != nil {
			id := readableID(raw)
			out.Rejected = append(out.Rejected, sdk.Raw{AckID: id, RefID: id, Body: raw, Reason: err.Error()})
			continue
		}
		out.Items = append(out.Items, a)
	}
	return out
}

// readableID returns the id of an item that is broken elsewhere; empty where it
// can't be told.
func readableID(raw []byte) string {
	var it struct {
		ID identifier `json:"id"`
	}
	if json.Unmarshal(raw, &it, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) != nil {
		return ""
	}
	return string(it.ID)
}

// fieldError names a member that makes an item unusable; it never quotes it.
type fieldError struct{ field, why string }

// Error says what is wrong, in one line.
func (e fieldError) Error() string { return "member " + e.field + " " + e.why }

func (m mapping) appeal(raw []byte) (sdk.Appeal, error) {
	var it item
	if err := json.Unmarshal(raw, &it); err != nil {
		return sdk.Appeal{}, decodeError(err)
	}
	if err := it.check(raw); err != nil {
		return sdk.Appeal{}, err
	}
	a := sdk.Appeal{
		Ref:         sdk.Ref{Link: m.link, ID: string(it.ID)},
		AckID:       string(it.ID),
		Addressee:   sdk.Addressee{Code: string(it.OpaID), Name: string(it.OpaName)},
		Channel:     sdk.ChannelPOS,
		Category:    sdk.Term{ID: string(it.SubjectID), Name: string(it.SubjectName)},
		Subcategory: sdk.Term{ID: string(it.SubsubjectID), Name: string(it.SubsubjectName)},
		Fact:        sdk.Term{ID: string(it.FactID), Name: string(it.FactName)},
		Text:        string(it.Description),
		Applicant:   it.Applicant.applicant(),
		Collective:  bool(it.Shared),
		FastTrack:   bool(it.FastTrack),
		Address:     string(it.Address),
		Attachments: attachments(it.Attachments),
	}
	for _, p := range it.CoApplicants {
		if p != nil {
			a.CoApplicants = append(a.CoApplicants, p.applicant())
		}
	}
	a.Place, a.Fields = place(it)
	a.Fields = append(a.Fields, customFields(it.CustomFieldValues)...)
	a.Kind = m.kind(a.Fields)
	return a, m.times(it, &a)
}

// times sets everything that needs a zone.
func (m mapping) times(it item, a *sdk.Appeal) error {
	var err error
	read := func(field string, value moment) time.Time {
		t, wrong := m.moment(value)
		if wrong != nil && err == nil {
			err = fieldError{field, wrong.Error()}
		}
		return t
	}
	a.ReceivedAt = read("createdAt", it.CreatedAt)
	a.RegisteredAt = read("regNumberSetAt", it.RegNumberSetAt)
	a.AnswerBy = dateOf(read("answerAt", it.AnswerAt))
	if it.RegNumber != "" {
		a.Numbers = []sdk.Number{{System: sdk.NumberPOS, Link: m.link, Value: string(it.RegNumber), Date: dateOf(a.RegisteredAt)}}
	}
	if r := it.RepeatedConsideration; r != nil {
		a.Rework = sdk.Rework{Round: max(1, whole(r.Number)), Reason: string(r.Reason), At: read("repeatedConsideration/createdAt", r.CreatedAt)}
	}
	if r := it.AnswerRating; r != nil {
		a.Rating = sdk.Rating{Value: whole(r.Value), Comment: string(r.Comment), At: read("answerRating/createdAt", r.CreatedAt)}
		if a.Rating.Value < 1 || a.Rating.Value > 5 {
			return fieldError{"answerRating/value", "is not 1 to 5"}
		}
	}
	return err
}

// whole reads a whole number; 0 where there is none.
func whole(t text) int {
	n, err := strconv.Atoi(string(t))
	if err != nil {
		return 0
	}
	return n
}

func (p *person) applicant() sdk.Applicant {
	return sdk.Applicant{
		Surname: string(p.Surname), Name: string(p.Name), Patronymic: string(p.Patronymic),
		Email: string(p.Email), Phone: string(p.Phone),
		Address: string(p.PostAddress), ReplyByPost: bool(p.SendWithRussiaPost),
	}
}

// attachments keeps each URL once; its digest is the attachment's id. Names are
// learned when the files are opened.
func attachments(urls []text) []sdk.Attachment {
	var out []sdk.Attachment
	for _, u := range urls {
		if u == "" {
			continue
		}
		sum := sha256.Sum256([]byte(u))
		id := hex.EncodeToString(sum[:16])
		if !slices.ContainsFunc(out, func(a sdk.Attachment) bool { return a.ID == id }) {
			out = append(out, sdk.Attachment{ID: id, Locator: string(u)})
		}
	}
	return out
}

func (m mapping) kind(fields []sdk.Field) sdk.AppealKind {
	for _, f := range fields {
		for _, rule := range m.kinds {
			if strings.EqualFold(rule.name, f.Name) && f.Value != "" && (rule.value == "" || strings.EqualFold(rule.value, f.Value)) {
				return sdk.KindAppeal
			}
		}
	}
	return sdk.KindMessage
}

// check names the first member without which an item is no appeal, or that
// holds U+0000, which no database keeps.
func (it item) check(raw []byte) error {
	switch {
	case it.ID == "":
		return fieldError{"id", "is missing"}
	case strings.TrimSpace(string(it.Description)) == "":
		return fieldError{"description", "is missing"}
	case it.Applicant == nil:
		return fieldError{"applicant", "is missing"}
	case it.Applicant.Surname == "" && it.Applicant.Name == "":
		return fieldError{"applicant", "has no name"}
	}
	return checkNUL(raw)
}

func checkNUL(raw []byte) error {
	if !bytes.Contains(raw, []byte(`\u0000`)) {
		return nil
	}
	dec := jsontext.NewDecoder(bytes.NewReader(raw))
	for {
		token, err := dec.ReadToken()
		if err != nil {
			return nil // the end: the item has been decoded before
		}
		if token.Kind() == '"' && strings.ContainsRune(token.String(), 0) {
			return fieldError{pointer(dec.StackPointer()), "holds U+0000"}
		}
	}
}

// decodeError names the member and what is wrong with it; it never quotes a
// value.
func decodeError(err error) error {
	var syntax *jsontext.SyntacticError
	var meaning *json.SemanticError
	switch {
	case errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName):
		return fieldError{pointer(syntax.JSONPointer), "comes twice"}
	case errors.As(err, &syntax):
		return fieldError{pointer(syntax.JSONPointer), fmt.Sprintf("is broken at byte %d", syntax.ByteOffset)}
	case errors.As(err, &meaning) && meaning.Err != nil && meaning.JSONValue == nil:
		return fieldError{pointer(meaning.JSONPointer), meaning.Err.Error()}
	case errors.As(err, &meaning):
		return fieldError{pointer(meaning.JSONPointer), "is of the wrong type: " + kindName(meaning.JSONKind)}
	}
	return errors.New("item can't be decoded")
}

func pointer(p jsontext.Pointer) string {
	if p == "" {
		return "(the item itself)"
	}
	return strings.TrimPrefix(string(p), "/")
}

func kindName(k jsontext.Kind) string {
	if k == 0 {
		return "unknown"
	}
	return k.String()
}
