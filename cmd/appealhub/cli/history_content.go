package cli

import (
	"slices"
	"strings"
)

// told says what an appeal's first content tells: its kind, its numbers, the
// portal's own term.
func told(e document) string {
	var parts []string
	switch e.text("data.kind") {
	case "message":
		parts = append(parts, "message")
	case "appeal":
		parts = append(parts, "appeal under 59-ФЗ")
	}
	for _, n := range e.list("data.numbers") {
		parts = append(parts, n.text("value"))
	}
	if v := e.text("data.answer_by"); v != "" {
		parts = append(parts, "answer by "+v)
	}
	return joined(parts)
}

// changed says what the applicant did with a revision: what the content before
// it did not have yet.
func changed(e, before document) string {
	var parts []string
	is := func(path string) bool {
		v := e.text(path)
		return v != "" && v != "0" && v != before.text(path)
	}
	if is("data.rework.round") {
		parts = append(parts, "repeated consideration, round "+e.text("data.rework.round"))
	}
	if is("data.rating.value") {
		parts = append(parts, "rating "+e.text("data.rating.value"))
	}
	if is("data.answer_by") {
		parts = append(parts, "answer by "+e.text("data.answer_by"))
	}
	if e.text("data.text") != before.text("data.text") {
		parts = append(parts, "another text")
	}
	return joined(parts)
}

func joined(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

// contentBefore is the latest event before the one at index i that holds the
// appeal's content.
func contentBefore(events []document, i int) document {
	for _, e := range slices.Backward(events[:i]) {
		if kind := e.text("kind"); kind == "appeal.received" || kind == "appeal.revised" {
			return e
		}
	}
	return document{}
}
