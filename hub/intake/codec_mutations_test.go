package intake_test

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/appealhub/appealhub/sdk"
)

// mutation makes one document of another.
type mutation struct {
	what string
	doc  any
}

// mutator holds the values that take the place of others.
type mutator struct{ values, long []any }

func newMutator() mutator {
	return mutator{substitutes(), []any{strings.Repeat("я", sdk.MaxText), strings.Repeat("я", sdk.MaxText+1)}}
}

// all are the documents that differ from v in one place, where wrap puts v's
// successor back into the whole.
func (m mutator) all(v any, at string, wrap func(any) any) []mutation {
	var out []mutation
	for i, s := range m.values {
		out = append(out, mutation{at + " becomes value " + strconv.Itoa(i), wrap(s)})
	}
	if slices.Contains([]string{"text", "value", "reason", "comment"}, path.Base(at)) {
		for _, s := range m.long {
			out = append(out, mutation{at + " becomes long", wrap(s)})
		}
	}
	switch v := v.(type) {
	case map[string]any:
		out = append(out, m.ofObject(v, at, wrap)...)
	case []any:
		if len(v) > 0 { // the items of a list are all alike
			out = append(out, m.all(v[0], at+"/0", func(s any) any {
				list := slices.Clone(v)
				list[0] = s
				return wrap(list)
			})...)
		}
		for _, n := range []int{100, 101, 1000, 1001} {
			out = append(out, mutation{at + " grows to " + strconv.Itoa(n), wrap(slices.Repeat(v[:min(1, len(v))], n))})
		}
	}
	return out
}

// byMember are the mutations of small, and those of small with one member of
// full's in that member: small documents, for there are many.
func (m mutator) byMember(small, full any) []mutation {
	out := m.all(small, "", whole)
	members := full.(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		out = append(out, m.all(members[name], "/"+name, func(s any) any {
			object := maps.Clone(small.(map[string]any))
			object[name] = s
			return object
		})...)
	}
	return out
}

func (m mutator) ofObject(v map[string]any, at string, wrap func(any) any) []mutation {
	var out []mutation
	with := func(change func(map[string]any)) any {
		object := maps.Clone(v)
		change(object)
		return wrap(object)
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		out = append(out,
			mutation{at + " loses " + name, with(func(o map[string]any) { delete(o, name) })},
			mutation{at + " writes " + name + " in capitals", with(func(o map[string]any) { o[strings.ToUpper(name)] = o[name]; delete(o, name) })},
			mutation{at + " keeps " + name + " alone", wrap(map[string]any{name: v[name]})})
		out = append(out, m.all(v[name], at+"/"+name, func(s any) any {
			return with(func(o map[string]any) { o[name] = s })
		})...)
	}
	return append(out, mutation{at + " gains a member", with(func(o map[string]any) { o["unknown"] = "x" })},
		mutation{at + " gains a member without a name", with(func(o map[string]any) { o[""] = nil })})
}

// substitutes are values of every type, on both sides of every boundary that a
// schema draws.
func substitutes() []any {
	out := []any{nil, true, false, []any{}, []any{"x"}, []any{nil}, map[string]any{}, map[string]any{"x": "y"}}
	for _, n := range strings.Fields("-1 0 -0 1 1.0 1.5 1e0 1e2 10e-1 5 5.0000001 6 90 90.0000001 -90 -90.1 180 180.5 -180 1000 1001 1000000000 1000000001 " +
		"9007199254740991 9007199254740992 9007199254740993 18446744073709551616 1e300 1e400 -1e400 1e-400") {
		out = append(out, json.Number(n))
	}
	for _, s := range texts() {
		out = append(out, s)
	}
	for _, n := range []int{64, 65, 255, 256, 1000, 1001, 4000, 4001} {
		out = append(out, strings.Repeat("я", n), strings.Repeat("😀", n))
	}
	return out
}

// texts are strings of every form that a schema knows, right and nearly right.
func texts() []string {
	out := []string{
		"", " ", "\n\t", "\v", "\f", "\u0085", "\u00a0", "\u2003", "\u200b", "\ufeff", "\u3000", "\u180e", "\x00", "a\x00b", " \x00", "x", " x ", "е\u0308", "\ufffd", "\U0010ffff",
		"api", "pos", "Pos", "a-1", "1a", "a_b", "а", "pos\n", "epgu", "site", "paper", "in_person", "phone", "email", "medo", "edms", "other", "message", "appeal", "Message",
		"7", "77", "12345678", "123456789", "1234567890", "12345678901", "123456789012", "1234567890123", "١٢٣٤٥٦٧٨٩٠",
		"0005.0005.0056.1156", "0005.0005.0056.1156.0001", "0005.0005.0056", "0005.0005.0056.1156.", "0005.0005.0056.1156.0001.0002", "0005-0005-0056-1156", "٠٠٠٥.0005.0056.1156",
		"5b1d2c3e-4f50-4a61-8b72-9c83ad94be05", "5B1D2C3E-4F50-4A61-8B72-9C83AD94BE05", "5b1d2c3e4f504a618b729c83ad94be05", "{5b1d2c3e-4f50-4a61-8b72-9c83ad94be05}", "5b1d2c3e-4f50-4a61-8b72-9c83ad94be0g",
		strings.Repeat("0a", 32), strings.Repeat("0A", 32), strings.Repeat("0", 63), strings.Repeat("0", 65), strings.Repeat("0", 64) + "\n",
		"image/jpeg", "IMAGE/JPEG", "image", "image/", "/jpeg", "image/jpeg;q=1", "a/b/c", "текст/plain", "a b/c", "x/" + strings.Repeat("y", 127), "x/" + strings.Repeat("y", 128),
		".", "..", "...", "../a", `a\b`, "a/", "a\nb", "a\x7fb", "a\x1fb", "a\u0080b", " ..", ".a", "Акт №1.pdf", "a\u202eb",
	}
	for _, s := range sdk.Statuses() {
		out = append(out, string(s))
	}
	for _, s := range sdk.Outcomes() {
		out = append(out, string(s))
	}
	return append(out, moments()...)
}

// moments are dates and times, right and nearly right.
func moments() []string {
	return []string{
		"2026-01-31", "2026-02-29", "2024-02-29", "1900-02-29", "2026-04-31", "2026-00-10", "2026-13-01", "2026-01-00", "1899-12-31", "1900-01-01", "2199-12-31", "2200-01-01", "0001-01-01", "26-01-31", "2026-1-31", "31.01.2026", "2026-01-31 ", "20260131",
		"2026-01-31T09:00:00Z", "2026-01-31T09:00:00+03:00", "2026-01-31T09:00:00-00:00", "2026-01-31T09:00:00+23:59", "2026-01-31T09:00:00+24:00", "2026-01-31T09:00:00+03:60", "2026-01-31T09:00:00+0300", "2026-01-31T09:00:00+03",
		"2026-01-31T09:00:00", "2026-01-31 09:00:00Z", "2026-01-31t09:00:00Z", "2026-01-31T09:00:00z", "2026-01-31T09:00Z", "2026-01-31T9:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T23:59:60Z", "2026-01-31T23:60:00Z", "2026-02-30T09:00:00Z",
		"2026-01-31T09:00:00.5Z", "2026-01-31T09:00:00.123456789Z", "2026-01-31T09:00:00.1234567891234Z", "2026-01-31T09:00:00.Z", "2026-01-31T09:00:00,5Z", "2026-01-31T09:00:00Z\n",
		"1899-12-31T23:59:59Z", "1900-01-01T00:00:00+23:59", "1900-01-01T00:00:00Z", "2199-12-31T23:59:59-23:59", "2199-12-31T23:59:59.999999999Z", "2200-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
	}
}
