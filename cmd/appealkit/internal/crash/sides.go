package crash

import (
	"context"
	"encoding/json"
	"strings"
	"unicode"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// item is what the portal holds of an appeal.
type item struct {
	ID   string `json:"id"`
	Item struct {
		RegNumber string `json:"regNumber"`
	} `json:"item"`
	Accepted bool     `json:"accepted"`
	Closed   bool     `json:"closed"`
	Files    []file   `json:"files"`
	Answers  []answer `json:"answers"`
	Uploads  []file   `json:"uploads"` // that the answers name
}

type file struct {
	SHA256 string `json:"sha256"`
}

type answer struct {
	Repeats int  `json:"repeats"`
	Late    bool `json:"late"`
	Body    struct {
		Answer         bool   `json:"answer"`
		RegNumber      string `json:"regNumber"`
		OutgoingNumber string `json:"outgoingNumber"`
	} `json:"body"`
}

// document is what Directum RX holds.
type document struct {
	ID         int64                      `json:"id"`
	Properties map[string]json.RawMessage `json:"properties"`
	Versions   []struct {
		Note   string `json:"note"`
		SHA256 string `json:"sha256"`
	} `json:"versions"`
	Finished bool    `json:"finished"`
	Letters  []int64 `json:"letters"`
}

func (d document) text(property string) string {
	var s string
	if json.Unmarshal(d.Properties[property], &s) != nil {
		return ""
	}
	return s
}

// numbers are the words of the properties that may be the portal's numbers.
func (d document) numbers() map[string]bool {
	out := map[string]bool{}
	for _, raw := range d.Properties {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			continue
		}
		for _, word := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' }) {
			if strings.HasPrefix(word, "ПОС-") {
				out[word] = true
			}
		}
	}
	return out
}

// sides is what both systems hold.
type sides struct {
	items    []item
	requests []document
	letters  map[int64]document
}

func (t *test) look(ctx context.Context) (s sides, err error) {
	if err := stage.Call(ctx, "GET", t.stage.POS+"/_sim/items", nil, &s.items); err != nil {
		return s, err
	}
	if err := stage.Call(ctx, "GET", t.stage.RX+"/_sim/documents?set=IRequests", nil, &s.requests); err != nil {
		return s, err
	}
	var letters []document
	if err := stage.Call(ctx, "GET", t.stage.RX+"/_sim/documents?set=IOutgoingLetters", nil, &letters); err != nil {
		return s, err
	}
	s.letters = map[int64]document{}
	for _, l := range letters {
		s.letters[l.ID] = l
	}
	return s, nil
}
