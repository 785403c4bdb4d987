// Package document reads the canonical documents, appeal.v1 and status-change.v1, by
// tables of their members.
//
// A document is read twice at the most. The first reading is for the many that are as
// they should be: it takes a subset of JSON and gives up at the first oddity. What it
// gave up on is read by package jsontext, whose word is final and whose errors say
// where. What the first reading takes, the second takes as the same value; a test holds
// it to that.
package document

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/appealhub/appealhub/sdk"
)

// DecodeAppeal reads one appeal.v1 document, strictly: duplicate, unknown and
// wrong-case members, other types, null, invalid UTF-8, an empty code, a time
// without a zone and anything after the document are refused. The error is a
// *sdk.ValidationError and names every such place. What the members say is left
// to [sdk.Appeal.Validate]; the two together equal the JSON Schema.
func DecodeAppeal(body []byte) (sdk.Appeal, error) { return decode(body, appealMembers) }

// DecodeChange reads one status-change.v1 document as strictly as [DecodeAppeal].
func DecodeChange(body []byte) (sdk.StatusChange, error) { return decode(body, changeMembers) }

// PlainAppeal reads an appeal.v1 document in the plain way alone: false where there
// is any doubt about it, which does not say that it is wrong.
func PlainAppeal(body []byte) (sdk.Appeal, bool) { return plain(string(body), appealMembers) }

// PlainChange reads a status-change.v1 document as [PlainAppeal] does.
func PlainChange(body []byte) (sdk.StatusChange, bool) { return plain(string(body), changeMembers) }

func decode[T any](body []byte, members []member[T]) (T, error) {
	text := string(body)
	if v, ok := plain(text, members); ok {
		return v, nil
	}
	return checked(body, text, members)
}

// plain reads a document without the library.
func plain[T any](text string, members []member[T]) (v T, ok bool) {
	s := &scanner{text: text, due: dueValue}
	r := reader{src: s}
	readObject(&r, &v, members)
	if r.failed != nil || len(r.problems) > 0 || !s.done() {
		var none T
		return none, false
	}
	return v, true
}

// checked reads a document by the library.
func checked[T any](body []byte, text string, members []member[T]) (T, error) {
	d := document[T]{text: text, members: members}
	// The tables know their own duplicates; the decoder need not.
	if err := json.Unmarshal(body, &d, jsontext.AllowDuplicateNames(true)); err != nil {
		d.reader.problems = append(d.reader.problems, broken(body, err))
	}
	if len(d.reader.problems) > 0 {
		var none T
		return none, &sdk.ValidationError{Problems: d.reader.problems}
	}
	return d.value, nil
}

// document is a value that is read by a table of members in place of
// reflection.
type document[T any] struct {
	value   T
	text    string
	members []member[T]
	reader  reader
}

// UnmarshalJSONFrom gathers the document's problems; it returns an error only
// where reading can't go on.
func (d *document[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	d.reader.src = decoder{dec, d.text}
	readObject(&d.reader, &d.value, d.members)
	return d.reader.failed
}
