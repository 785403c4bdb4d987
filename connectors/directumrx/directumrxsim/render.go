package directumrxsim

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"
)

// render writes an entity as one JSON object, without the context. The caller
// holds the lock.
func render(e *entity, s *shape, zone *time.Location) []byte {
	var out bytes.Buffer
	write(&out, e, s, zone)
	return out.Bytes()
}

func write(out *bytes.Buffer, e *entity, s *shape, zone *time.Location) {
	out.WriteByte('{')
	first := true
	for i := range s.t.order {
		p := &s.t.order[i]
		inner := s.expanded[p.name]
		plain := p.kind != link && p.kind != rows && p.kind != binary
		if inner == nil && (!plain || s.selected != nil && !s.selected[p.name]) {
			continue
		}
		if !first {
			out.WriteByte(',')
		}
		first = false
		out.WriteString(strconv.Quote(p.name))
		out.WriteByte(':')
		writeValue(out, e, p, inner, zone)
	}
	out.WriteByte('}')
}

func writeValue(out *bytes.Buffer, e *entity, p *property, inner *shape, zone *time.Location) {
	switch p.kind {
	case link:
		if target := e.link(p.name); target != nil {
			write(out, target, inner, zone)
			return
		}
		out.WriteString("null")
	case rows:
		out.WriteByte('[')
		for i, r := range e.rows(p.name) {
			if i > 0 {
				out.WriteByte(',')
			}
			write(out, r, inner, zone)
		}
		out.WriteByte(']')
	case binary:
		if e.body == nil || !e.body.kept() {
			out.WriteString("null")
			return
		}
		out.WriteString(`{"Value":"` + base64.StdEncoding.EncodeToString(e.body.content) + `"}`)
	default:
		out.Write(primitive(e, p, zone))
	}
}

// primitive is a value that is no link, collection or body.
func primitive(e *entity, p *property, zone *time.Location) []byte {
	value := e.values[p.name]
	if p.name == "Id" {
		value = e.id
	}
	if at, ok := value.(time.Time); ok {
		value = at.In(zone).Format("2006-01-02T15:04:05.999-07:00")
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if enc.Encode(value) != nil { // only texts, numbers and booleans are kept
		return []byte("null")
	}
	return bytes.TrimSpace(out.Bytes())
}

// envelope puts the context before the members of an object.
func envelope(fragment string, object []byte) []byte {
	head := `{"@odata.context":` + strconv.Quote(root+"/$metadata#"+fragment)
	if len(object) > 2 {
		head += ","
	}
	return append([]byte(head), object[1:]...)
}
