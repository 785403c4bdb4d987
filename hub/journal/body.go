package journal

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/appealhub/appealhub/hub/internal/document"
	"github.com/appealhub/appealhub/sdk"
)

// PackAppeal packs the body of AppealReceived and AppealRevised, as Pack does, in one
// piece of memory: an appeal.v1 document without what lies in columns (id, revision). Its
// organisation is the one that its source names, known or not.
func PackAppeal(a *sdk.Appeal) (packed, digest []byte, err error) {
	bare := *a
	bare.ID, bare.Revision = "", 0
	if packed, err = bare.AppendJSON(make([]byte, saltSize, saltSize+room(len(a.Text)))); err != nil {
		return nil, nil, err
	}
	return packed, salted(packed), nil
}

// ChangeBody is the body of StatusChanged and StatusParked: a status-change.v1
// document.
func ChangeBody(c *sdk.StatusChange) ([]byte, error) {
	return c.AppendJSON(make([]byte, 0, room(len(c.Text))))
}

// room is what a document with a text of so many bytes takes as a rule.
func room(text int) int { return 1<<10 + 1<<8 + text + text/8 }

// FileBody is the body of AttachmentStored and AttachmentMissing: what was
// learned of the file.
func FileBody(f *sdk.Attachment) ([]byte, error) { return f.AppendJSON(nil) }

// RawBody is the body of ItemRejected. Message is what it was in the inbound
// topic; nil if it did not come that way.
func RawBody(r *sdk.Raw, message *Original) ([]byte, error) {
	return encode(&rejected{Reason: r.Reason, Message: message, Raw: r.Body})
}

// NoteBody is the body of what has nothing but a text: why an operator did it,
// or how a call failed. No text, no body. A system's words may be no UTF-8.
func NoteBody(text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	return encode(&note{Text: strings.ToValidUTF8(text, "\ufffd")})
}

// rejected keeps what could not be parsed; the bytes are base64 in JSON.
type rejected struct {
	Reason  string    `json:"reason,omitzero"`
	Message *Original `json:"message,omitzero"`
	Raw     []byte    `json:"raw"`
}

// Original is a message of the inbound topic that was rejected, but for its
// value.
type Original struct {
	Key     string    `json:"key,omitzero"`
	Headers []Header  `json:"headers,omitzero"`
	At      time.Time `json:"at,omitzero"` // when it was sent, as the broker or the producer says
}

// Header is one header of a message.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Get returns a header's value; empty where there is none.
func (o *Original) Get(name string) string {
	for _, h := range o.Headers {
		if h.Name == name {
			return h.Value
		}
	}
	return ""
}

type note struct {
	Text string `json:"text"`
}

// ReadAppealBody reads what PackAppeal packed.
func ReadAppealBody(body []byte) (*sdk.Appeal, error) {
	if a, ok := document.PlainAppeal(body); ok {
		return &a, nil
	}
	return decode[sdk.Appeal](body)
}

// ReadChangeBody reads what ChangeBody wrote.
func ReadChangeBody(body []byte) (*sdk.StatusChange, error) {
	if c, ok := document.PlainChange(body); ok {
		return &c, nil
	}
	return decode[sdk.StatusChange](body)
}

// ReadRawBody reads what RawBody wrote.
func ReadRawBody(body []byte) (*sdk.Raw, *Original, error) {
	r, err := decode[rejected](body)
	if err != nil {
		return nil, nil, err
	}
	return &sdk.Raw{Reason: r.Reason, Body: r.Raw}, r.Message, nil
}

// ReadNoteBody reads what NoteBody wrote.
func ReadNoteBody(body []byte) (string, error) {
	if len(body) == 0 {
		return "", nil
	}
	n, err := decode[note](body)
	if err != nil {
		return "", err
	}
	return n.Text, nil
}

// ReadFileBody reads what FileBody wrote.
func ReadFileBody(body []byte) (*sdk.Attachment, error) { return decode[sdk.Attachment](body) }

// The errors of encoding and decoding are not wrapped: their texts may quote
// the document.

func encode(v any) ([]byte, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("journal: encode body of %T", v)
	}
	return body, nil
}

func decode[T any](body []byte) (*T, error) {
	v := new(T)
	if err := json.Unmarshal(body, v); err != nil {
		return nil, fmt.Errorf("journal: decode body of %T", v)
	}
	return v, nil
}
