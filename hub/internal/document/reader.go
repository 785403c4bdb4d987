package document

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/appealhub/appealhub/sdk"
)

// maxProblems bounds what is told of one document.
const maxProblems = 50

// reader reads values one after the other. After a failure every read returns
// the zero value.
type reader struct {
	src      source
	problems []sdk.Problem
	failed   error // reading can't go on
}

// fail records a problem of the value or name read last.
func (r *reader) fail(rule, why string) { r.failAt(pathOf(r.src.pointer()), rule, why) }

func (r *reader) failAt(path, rule, why string) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, sdk.Problem{Path: path, Rule: rule, Why: why})
	}
}

// member is one member of an object and how it is read.
type member[T any] struct {
	name string
	read func(*reader, *T)
	need bool // the object is no object without it
}

// readObject reads an object by its table. Members mostly come in the table's
// order, so the look-up starts where the last one was found.
func readObject[T any](r *reader, v *T, members []member[T]) {
	if !r.open('{', "an object") {
		return
	}
	var seen uint64
	for at := 0; r.more('}'); {
		name, ok := r.name()
		if !ok {
			return
		}
		i := find(members, name, at)
		switch {
		case i < 0:
			r.unknown(name, folded(members, name))
		case seen&(1<<i) != 0:
			r.fail(sdk.RuleDuplicateKey, "stands twice")
			r.skip()
		default:
			seen |= 1 << i
			members[i].read(r, v)
			at = i + 1
		}
	}
	if r.failed == nil {
		r.close()
		r.missing(seen, len(members), func(i int) (string, bool) { return members[i].name, members[i].need })
	}
}

func find[T any](members []member[T], name string, from int) int {
	for i := from; i < len(members); i++ {
		if members[i].name == name {
			return i
		}
	}
	for i := range min(from, len(members)) {
		if members[i].name == name {
			return i
		}
	}
	return -1
}

// folded returns the member whose name differs from name in case only.
func folded[T any](members []member[T], name string) string {
	for _, m := range members {
		if strings.EqualFold(m.name, name) {
			return m.name
		}
	}
	return ""
}

func (r *reader) unknown(name, meant string) {
	why := "is not a member of the schema"
	if meant != "" {
		why += ": names are case-sensitive, this one is " + meant
	}
	r.fail(sdk.RuleUnknownMember, why)
	r.skip()
}

func (r *reader) missing(seen uint64, count int, member func(int) (name string, need bool)) {
	for i := range count {
		if name, need := member(i); need && seen&(1<<i) == 0 {
			r.failAt(pathOf(r.src.pointer())+"/"+name, sdk.RuleRequired, "is missing")
		}
	}
}

// listMost is how many items the longest list of the schemas has.
const listMost = max(sdk.MaxAttachments, sdk.MaxCoApplicants, sdk.MaxNumbers, sdk.MaxFields)

// readList reads an array; an empty one is none. Of one that is longer than any may
// be, one item more is read, so that it is seen to be, and the rest is passed over.
func readList[T any](r *reader, read func(*reader, *T)) []T {
	if !r.open('[', "an array") {
		return nil
	}
	var out []T
	for r.more(']') {
		if len(out) > listMost {
			r.skip()
			continue
		}
		var zero T
		out = append(out, zero)
		read(r, &out[len(out)-1])
	}
	if r.failed == nil {
		r.close()
	}
	return out
}

// open reads the start of an object or array.
func (r *reader) open(start jsontext.Kind, what string) bool {
	if r.failed != nil {
		return false
	}
	if r.src.peek() != start {
		r.skip()
		if r.failed == nil {
			r.fail(sdk.RuleType, "is not "+what)
		}
		return false
	}
	r.failed = r.src.bracket()
	return r.failed == nil
}

// more reports whether a member or item follows. A break in the syntax ends the
// reading.
func (r *reader) more(end jsontext.Kind) bool {
	return r.failed == nil && r.src.peek() != end
}

func (r *reader) close() { r.failed = r.src.bracket() }

func (r *reader) skip() {
	if r.failed == nil {
		_, r.failed = r.src.value()
	}
}

func (r *reader) name() (string, bool) {
	literal, err := r.src.name()
	if err != nil {
		r.failed = err
		return "", false
	}
	return unquote(literal), true
}

// scalar reads a value that must be of one kind; empty where it is not.
func (r *reader) scalar(want jsontext.Kind, what string) string {
	if r.failed != nil {
		return ""
	}
	literal, err := r.src.value()
	if err != nil {
		r.failed = err
		return ""
	}
	kind := kindOf(literal[0])
	if kind == 'f' {
		kind = 't'
	}
	if kind != want {
		r.fail(sdk.RuleType, "is not "+what)
		return ""
	}
	return literal
}

// unquote is the text of a literal, a part of it if it has no escapes.
func unquote(literal string) string {
	inner := literal[1 : len(literal)-1]
	if strings.IndexByte(inner, '\\') < 0 {
		return inner
	}
	return unescape(inner)
}

// text reads any text.
func (r *reader) text() string {
	raw := r.scalar('"', "text")
	if raw == "" {
		return ""
	}
	return unquote(raw)
}

// code reads a text that can't be empty: it has a form or is one of a table.
func (r *reader) code() string {
	raw := r.scalar('"', "text")
	if raw == "" {
		return ""
	}
	s := unquote(raw)
	if s == "" {
		r.fail(sdk.RulePattern, "is empty: leave it out where there is none")
	}
	return s
}

func (r *reader) flag() bool {
	raw := r.scalar('t', "true or false")
	return raw != "" && raw[0] == 't'
}

// whole reads an integer as JSON Schema means it: 1.0 is one.
func (r *reader) whole() int64 {
	raw := r.scalar('0', "a whole number")
	if raw == "" {
		return 0
	}
	n, err := strconv.ParseInt(raw, 10, 64)
	if err == nil {
		return n
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.Abs(f) > 1<<53 || !integral(raw) {
		r.fail(sdk.RuleType, "is not a whole number")
		return 0
	}
	return int64(f)
}

// positive reads an integer whose zero stands for its absence.
func (r *reader) positive() int {
	before := len(r.problems)
	n := r.whole()
	if n == 0 && r.failed == nil && len(r.problems) == before {
		r.fail(sdk.RuleRange, "is not 1 or more")
	}
	return int(n)
}

func (r *reader) number() float64 {
	raw := r.scalar('0', "a number")
	if raw == "" {
		return 0
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		r.fail(sdk.RuleRange, "is out of bounds")
	}
	return f
}

func (r *reader) date() sdk.Date {
	s := r.code()
	if s == "" {
		return sdk.Date{}
	}
	d, err := sdk.ParseDate(s)
	if err != nil || d.IsZero() {
		r.fail(sdk.RuleFormat, "is not a date such as 2026-01-31")
	}
	return d
}

func (r *reader) time() time.Time {
	raw := r.scalar('"', "text")
	if raw == "" {
		return time.Time{}
	}
	s := unquote(raw)
	var t time.Time
	if err := t.UnmarshalText([]byte(s)); err == nil && !t.IsZero() && strictTime(s) {
		return t
	}
	if zoneless(s) {
		r.fail(sdk.RuleTimeZone, "has no zone: write 2026-01-31T09:00:00+03:00")
	} else {
		r.fail(sdk.RuleFormat, "is not a time such as 2026-01-31T09:00:00+03:00")
	}
	return time.Time{}
}

func zoneless(s string) bool {
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", time.DateOnly} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}
