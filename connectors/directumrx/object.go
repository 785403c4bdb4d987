package directumrx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// object is an entity as it goes over the wire. The names of its properties are
// the profile's, so it can't be a struct.
type object map[string]any

func (o object) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(o)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// UnmarshalJSON keeps numbers as they were written: an id may be too long for a
// float.
func (o *object) UnmarshalJSON(raw []byte) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	m := map[string]any{}
	if err := dec.Decode(&m); err != nil {
		return err
	}
	*o = m
	return nil
}

// fieldError names a property that can't be used; it never quotes it.
type fieldError struct{ field, why string }

// Error says what is wrong, in one line.
func (e fieldError) Error() string { return "property " + e.field + " " + e.why }

// id returns the entity's Id, a whole number.
func (o object) id() (int64, error) {
	s, err := o.text("Id")
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, fieldError{"Id", "is no positive whole number"}
	}
	return n, nil
}

// text returns a property that is text or a number; empty where it is missing,
// null, or the profile has no name for it.
func (o object) text(name string) (string, error) {
	switch v := o[name].(type) {
	case nil:
		return "", nil
	case string:
		return strings.TrimSpace(v), nil
	case json.Number:
		return v.String(), nil
	}
	return "", fieldError{name, "is no text"}
}

// bears reports whether a property has the text that its entity was looked up
// by; a property that the server does not show may have.
func (o object) bears(name, text string) bool {
	s, err := o.text(name)
	return err == nil && (s == "" || strings.EqualFold(s, strings.TrimSpace(text)))
}

// flag returns whether a property is true.
func (o object) flag(name string) bool {
	v, _ := o[name].(bool)
	return v
}

// child returns the entity that a navigation leads to; nil where there is none.
func (o object) child(name string) (object, error) {
	switch v := o[name].(type) {
	case nil:
		return nil, nil
	case map[string]any:
		return v, nil
	}
	return nil, fieldError{name, "is no entity"}
}

// children returns the rows of a collection.
func (o object) children(name string) ([]object, error) {
	rows, ok := o[name].([]any)
	if !ok && o[name] != nil {
		return nil, fieldError{name, "is no collection"}
	}
	out := make([]object, 0, len(rows))
	for _, row := range rows {
		one, ok := row.(map[string]any)
		if !ok {
			return nil, fieldError{name, "holds a row that is no entity"}
		}
		out = append(out, one)
	}
	return out, nil
}

// date returns a property's day. A time with an offset of its own is a day of
// that offset; one in UTC, or without any, is read in loc.
func (o object) date(name string, loc *time.Location) (sdk.Date, error) {
	s, err := o.text(name)
	if err != nil || s == "" {
		return sdk.Date{}, err
	}
	d, ok := parseDate(s, loc)
	if ok && d.Year <= 1 { // how .NET writes no date
		return sdk.Date{}, nil
	}
	if !ok || d.Year < 1900 || d.Year > 2199 {
		return sdk.Date{}, fieldError{name, "is no date such as 2026-01-31T00:00:00+03:00"}
	}
	return d, nil
}

func parseDate(s string, loc *time.Location) (sdk.Date, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700"} {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if _, offset := t.Zone(); offset == 0 {
			t = t.In(loc)
		}
		return sdk.DateOf(t), true
	}
	if len(s) > 10 && s[10] != 'T' {
		return sdk.Date{}, false
	}
	d, err := sdk.ParseDate(s[:min(10, len(s))])
	if err == nil && len(s) > 10 {
		_, err = time.Parse("2006-01-02T15:04:05", s)
	}
	return d, err == nil
}

// time returns a property's time, one without an offset in loc; zero where there
// is none that can be read.
func (o object) time(name string, loc *time.Location) time.Time {
	s, _ := o.text(name)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil && t.Year() > 1 {
			return t
		}
	}
	return time.Time{}
}

// moment writes a time with loc's own offset.
func moment(t time.Time, loc *time.Location) string {
	return t.In(loc).Format("2006-01-02T15:04:05-07:00")
}

// quoted writes a text constant of a filter.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// query writes query options, given as name and value in turn; those with an
// empty value are left out.
func query(options ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(options); i += 2 {
		if options[i+1] == "" {
			continue
		}
		sep := "&"
		if b.Len() == 0 {
			sep = "?"
		}
		value := strings.ReplaceAll(url.QueryEscape(options[i+1]), "+", "%20")
		fmt.Fprintf(&b, "%s%s=%s", sep, options[i], strings.NewReplacer("%2C", ",", "%28", "(", "%29", ")", "%27", "'", "%24", "$", "%2F", "/").Replace(value))
	}
	return b.String()
}

// key is the address of one entity of a set.
func key(set string, id int64) string { return set + "(" + strconv.FormatInt(id, 10) + ")" }

// decodeEach decodes entities; what can't be decoded is an error.
func decodeEach(op string, raws []json.RawMessage) ([]object, error) {
	out := make([]object, 0, len(raws))
	for _, raw := range raws {
		var o object
		if json.Unmarshal(raw, &o) != nil || o == nil {
			return nil, sdk.Errorf(sdk.Invalid, op, "answer holds a value that is no entity")
		}
		out = append(out, o)
	}
	return out, nil
}
