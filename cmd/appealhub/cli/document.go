package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// document is an answer of the hub's, read by name: what a newer hub adds does
// no harm.
type document map[string]any

// UnmarshalJSON keeps numbers as they are written.
func (d *document) UnmarshalJSON(raw []byte) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var out map[string]any
	if err := dec.Decode(&out); err != nil {
		return err
	}
	*d = out
	return nil
}

// at is what stands at a path of names joined by dots.
func (d document) at(path string) any {
	var v any = map[string]any(d)
	for name := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// text is what stands at path, as text; lists are joined by commas.
func (d document) text(path string) string { return text(d.at(path)) }

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			parts[i] = text(one)
		}
		return strings.Join(parts, ",")
	case map[string]any:
		raw, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(raw)
	}
	return fmt.Sprint(v)
}

// list is the list of documents at path.
func (d document) list(path string) []document {
	all, _ := d.at(path).([]any)
	var out []document
	for _, one := range all {
		if m, ok := one.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// moment is the time at path in a zone, to the second.
func (d document) moment(path string, zone *time.Location) string {
	t, err := time.Parse(time.RFC3339Nano, d.text(path))
	if err != nil {
		return d.text(path)
	}
	return t.In(zone).Format("2006-01-02 15:04:05 -07:00")
}

// column is a column of a table: its heading and where its value stands. A path
// that is at, or ends in _at or _since, leads to a time.
type column struct{ heading, path string }

// rows prints documents under columns.
func (a *app) rows(columns []column, all []document) error {
	headings := make([]string, len(columns))
	for i, c := range columns {
		headings[i] = c.heading
	}
	rows := make([][]string, len(all))
	for i, d := range all {
		for _, c := range columns {
			cell := d.text(c.path)
			if c.path == "at" || strings.HasSuffix(c.path, "_at") || strings.HasSuffix(c.path, "_since") {
				cell = d.moment(c.path, time.UTC)
			}
			rows[i] = append(rows[i], cell)
		}
	}
	return a.table(strings.Join(headings, " "), rows)
}
