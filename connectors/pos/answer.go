package pos

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/appealhub/appealhub/sdk"
)

// posAnswer is the body of a progress message (Answer false) or an answer, as
// far as its members are known: appealIssueType's values and reassignmentInfo's
// shape are not, and opaId and opaName are the platform's own.
type posAnswer struct {
	Answer              bool              `json:"answer"`
	AnswerText          string            `json:"answerText,omitempty"`
	AppealAnswerType    string            `json:"appealAnswerType,omitempty"`
	AttachmentIDs       []json.RawMessage `json:"attachmentIds,omitempty"`
	Comment             string            `json:"comment,omitempty"`
	ExecutorInfo        *official         `json:"executorInfo,omitempty"`
	ManagerInfo         *official         `json:"managerInfo,omitempty"`
	ID                  json.RawMessage   `json:"id"`
	NotifyApplicant     bool              `json:"notifyApplicant"`
	RegNumber           string            `json:"regNumber,omitempty"`
	RegNumberSetAt      string            `json:"regNumberSetAt,omitempty"`
	OutgoingNumber      string            `json:"outgoingNumber,omitempty"`
	OutgoingNumberSetAt string            `json:"outgoingNumberSetAt,omitempty"`
	PostponedDate       string            `json:"postponedDate,omitempty"`
	Status              string            `json:"status"`
	StatusText          string            `json:"statusText"`
}

type official struct {
	Surname    string `json:"surname,omitempty"`
	Name       string `json:"name,omitempty"`
	Patronymic string `json:"patronymic,omitempty"`
	Email      string `json:"email,omitempty"`
	Phone      string `json:"phone,omitempty"`
}

// stage is what a change is to the platform.
type stage int

const (
	untold   stage = iota // the platform has no word for it
	progress              // answer false
	interim               // answer true, POSTPONED, still in work
	final                 // answer true, closed
)

// stageOf sorts a change. The interim answer needs a promised date: without one
// it is told as progress.
func (c config) stageOf(s sdk.StatusChange) stage {
	switch s.Status {
	case sdk.StatusPostponed:
		if !s.PostponedTo.IsZero() {
			return interim
		}
		return progress
	case sdk.StatusAnswered, sdk.StatusRefused, sdk.StatusForwarded, sdk.StatusLeftUnanswered:
		return final
	case sdk.StatusClosed:
		if c.answerTypes[string(sdk.StatusClosed)] != "" {
			return final
		}
	case sdk.StatusRegistered, sdk.StatusInWork:
		return progress
	case "":
		if s.Text != "" && !s.Unmapped() {
			return progress
		}
	}
	if ownNumber(s.Number) || !s.AnswerBy.IsZero() {
		return progress
	}
	return untold
}

// ownNumber reports whether a number is news to the platform.
func ownNumber(n sdk.Number) bool {
	return n.Value != "" && n.System != sdk.NumberPOS && n.System != sdk.NumberEPGU
}

// answer makes the body for a change; told is false where there is nothing to
// tell. Equal arguments make equal bytes.
func (c config) answer(to sdk.Ref, s sdk.StatusChange) (body []byte, told bool, err error) {
	at := c.stageOf(s)
	if at == untold {
		return nil, false, nil
	}
	out := posAnswer{
		ID:              wireID(to.ID),
		NotifyApplicant: c.notifyApplicant,
		ExecutorInfo:    officialOf(s.Executor),
		ManagerInfo:     officialOf(s.Manager),
		Status:          c.inWork.status,
		StatusText:      c.inWork.text,
		Comment:         comment(at, s),
	}
	if ownNumber(s.Number) {
		out.RegNumber, out.RegNumberSetAt = s.Number.Value, momentOf(s.Number.Date, c.zone)
	}
	if out.AttachmentIDs, err = uploaded(s.Attachments); err != nil {
		return nil, false, err
	}
	if at != progress {
		err = c.decide(&out, at, s)
	}
	if err != nil {
		return nil, false, err
	}
	body, err = marshal(out)
	return body, true, err
}

// decide fills in what makes a message an answer.
func (c config) decide(out *posAnswer, at stage, s sdk.StatusChange) error {
	out.Answer = true
	out.AnswerText = s.Text
	if out.AnswerText == "" {
		out.AnswerText = c.answerText
	}
	out.AppealAnswerType = c.answerTypes[string(s.Outcome)]
	if s.Status != sdk.StatusAnswered || out.AppealAnswerType == "" {
		out.AppealAnswerType = c.answerTypes[string(s.Status)]
	}
	if out.AppealAnswerType == "" {
		return fmt.Errorf("status: %q has no answer type", s.Status)
	}
	out.OutgoingNumber, out.OutgoingNumberSetAt = s.Answer.Value, momentOf(s.Answer.Date, c.zone)
	if at == interim {
		out.PostponedDate = momentOf(s.PostponedTo, c.zone)
		return nil
	}
	out.Status, out.StatusText = c.closed.status, c.closed.text
	return nil
}

// comment gathers what has no member of its own.
func comment(at stage, s sdk.StatusChange) string {
	var parts []string
	if at == progress && s.Text != "" {
		parts = append(parts, s.Text)
	}
	if at == progress && !s.AnswerBy.IsZero() {
		parts = append(parts, "Срок рассмотрения: до "+russian(s.AnswerBy)+".")
	}
	if s.ForwardedTo != "" {
		parts = append(parts, "Направлено по компетенции: "+s.ForwardedTo+".")
	}
	for _, a := range s.Attachments {
		if a.Missing != "" {
			parts = append(parts, "Не удалось приложить файл «"+a.Name+"».")
		}
	}
	return strings.Join(parts, "\n")
}

func russian(d sdk.Date) string { return fmt.Sprintf("%02d.%02d.%04d", d.Day, d.Month, d.Year) }

// uploaded lists the ids of the files in the platform's storage.
func uploaded(files []sdk.Attachment) ([]json.RawMessage, error) {
	var ids []json.RawMessage
	for i, a := range files {
		switch {
		case a.Missing != "":
		case a.Ref.ID == "":
			return nil, fmt.Errorf("attachments/%d: is not uploaded to the platform", i)
		default:
			ids = append(ids, wireFileID(a.Ref.ID))
		}
	}
	return ids, nil
}

// wireID writes an id as the number that it is, or else as text.
func wireID(id string) json.RawMessage {
	if id == "0" || strings.TrimLeft(id, "0123456789") == "" && id != "" && id[0] != '0' {
		return json.RawMessage(id)
	}
	quoted, err := json.Marshal(id)
	if err != nil { // a string always marshals
		return json.RawMessage(`""`)
	}
	return quoted
}

// wireFileID writes a file's id in the form in which the platform gave it.
func wireFileID(id string) json.RawMessage {
	if strings.HasPrefix(id, `"`) && json.Valid([]byte(id)) {
		return json.RawMessage(id)
	}
	return wireID(id)
}

func officialOf(o sdk.Official) *official {
	if o == (sdk.Official{}) {
		return nil
	}
	return &official{o.Surname, o.Name, o.Patronymic, o.Email, o.Phone}
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
