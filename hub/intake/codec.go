package intake

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
func DecodeAppeal(body []byte) (sdk.Appeal, error) {
	return decode(body, appealMembers)
}

// DecodeChange reads one status-change.v1 document as strictly as
// [DecodeAppeal].
func DecodeChange(body []byte) (sdk.StatusChange, error) {
	return decode(body, changeMembers)
}

// ReadAppeal decodes, validates and normalizes one appeal.v1 document. The
// error is a *sdk.ValidationError.
func ReadAppeal(body []byte) (sdk.Appeal, error) {
	a, err := DecodeAppeal(body)
	if err != nil {
		return sdk.Appeal{}, err
	}
	if err := a.Validate(); err != nil {
		return sdk.Appeal{}, err
	}
	Normalize(&a)
	return a, nil
}

// ReadChange decodes, validates and normalizes one status-change.v1 document.
// The error is a *sdk.ValidationError.
func ReadChange(body []byte) (sdk.StatusChange, error) {
	c, err := DecodeChange(body)
	if err != nil {
		return sdk.StatusChange{}, err
	}
	if err := c.Validate(); err != nil {
		return sdk.StatusChange{}, err
	}
	NormalizeChange(&c)
	return c, nil
}

func decode[T any](body []byte, members []member[T]) (T, error) {
	d := document[T]{members: members, reader: reader{source: string(body)}}
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
	members []member[T]
	reader  reader
}

// UnmarshalJSONFrom gathers the document's problems; it returns an error only
// where reading can't go on.
func (d *document[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	d.reader.dec = dec
	readObject(&d.reader, &d.value, d.members)
	return d.reader.failed
}
