package journal

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/appealhub/appealhub/sdk"
)

// AppealBody is the body of AppealReceived and AppealRevised: an appeal.v1
// document without what lies in columns (id, revision, organisation).
func AppealBody(a *sdk.Appeal) ([]byte, error) {
	bare := *a
	bare.ID, bare.Revision, bare.Organisation = "", 0, ""
	return bare.AppendJSON(make([]byte, 0, room(len(a.Text))))
}

// ChangeBody is the body of StatusChanged and StatusParked: a status-change.v1
// document.
func ChangeBody(c *sdk.StatusChange) ([]byte, error) {
	return c.AppendJSON(make([]byte, 0, room(len(c.Text))))
}

// room is what a document with a text of so many bytes takes as a rule.
func room(text int) int { return 1<<10 + text + text/8 }

// FileBody is the body of AttachmentStored and AttachmentMissing: what was
// learned of the file.
func FileBody(f *sdk.Attachment) ([]byte, error) { return f.AppendJSON(nil) }

// RawBody is the body of ItemRejected.
func RawBody(r *sdk.Raw) ([]byte, error) {
	return encode(&rejected{Reason: r.Reason, Raw: r.Body})
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
	Reason string `json:"reason,omitzero"`
	Raw    []byte `json:"raw"`
}

type note struct {
	Text string `json:"text"`
}

// ReadAppealBody reads what AppealBody wrote.
func ReadAppealBody(body []byte) (*sdk.Appeal, error) { return decode[sdk.Appeal](body) }

// ReadChangeBody reads what ChangeBody wrote.
func ReadChangeBody(body []byte) (*sdk.StatusChange, error) { return decode[sdk.StatusChange](body) }

// ReadRawBody reads what RawBody wrote.
func ReadRawBody(body []byte) (*sdk.Raw, error) {
	r, err := decode[rejected](body)
	if err != nil {
		return nil, err
	}
	return &sdk.Raw{Reason: r.Reason, Body: r.Raw}, nil
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
