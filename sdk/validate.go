package sdk

import (
	"fmt"
	"strings"
)

// The limits of the canonical schemas, in characters (Unicode code points) and
// items.
const (
	MaxText         = 1_000_000 // text of an appeal or an answer; a field's value
	MaxName         = 255       // a person's name, a file name, an id, a token, a code
	MaxTitle        = 1_000     // name of an organisation or of a catalogue's entry
	MaxLine         = 4_000     // an address in words, a locator
	MaxAttachments  = 100
	MaxCoApplicants = 1_000
	MaxNumbers      = 100
	MaxFields       = 1_000
)

// The rules that a Problem names. Decoders of the canonical JSON add their own:
// the last six.
const (
	RuleRequired      = "required"       // the member, or one of several, must be there
	RuleBlank         = "blank"          // white space alone
	RuleMaxLength     = "max_length"     // too many characters
	RuleMaxItems      = "max_items"      // too many items
	RuleEnum          = "enum"           // not one of the table's values
	RulePattern       = "pattern"        // not of the form
	RuleRange         = "range"          // a number, or a time, out of bounds
	RuleFormat        = "format"         // not a date, or not a time
	RuleNUL           = "nul"            // holds U+0000, which databases refuse
	RuleInvalidUTF8   = "invalid_utf8"   // bytes that are no characters
	RuleSyntax        = "syntax"         // not JSON
	RuleType          = "type"           // another JSON type
	RuleUnknownMember = "unknown_member" // no such member; names are case-sensitive
	RuleDuplicateKey  = "duplicate_key"  // a member stands twice
	RuleTrailingData  = "trailing_data"  // something follows the document
	RuleTimeZone      = "time_zone"      // a time without a zone
)

// maxProblems bounds how many problems are told of one document.
const maxProblems = 50

// Problem is one breach of a canonical schema.
type Problem struct {
	Path string `json:"path"` // JSON Pointer (RFC 6901) to the member; empty: the document itself
	Rule string `json:"rule"` // one of the Rule constants
	Why  string `json:"why"`  // the rule in words; never the value
}

// ValidationError lists what is wrong with a document. It holds no value of the
// document's and may be logged.
type ValidationError struct {
	Problems []Problem
}

// Error returns the problems as one line.
func (e *ValidationError) Error() string {
	var b strings.Builder
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteString("; ")
		}
		if p.Path != "" {
			b.WriteString(p.Path)
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%s (%s)", p.Why, p.Rule)
	}
	return b.String()
}

// checker walks a document and gathers problems. It allocates nothing while
// there are none: the path is kept as steps and joined for a problem only.
type checker struct {
	problems []Problem
	steps    [6]step
	depth    int
}

// step is a member's name, or an item's place in a list if name is empty.
type step struct {
	name  string
	index int
}

func (c *checker) enter(name string) {
	c.steps[c.depth] = step{name: name}
	c.depth++
}

func (c *checker) item(i int) {
	c.steps[c.depth] = step{index: i}
	c.depth++
}

func (c *checker) leave() { c.depth-- }

// fail records a problem of the member name of the object that the walk is in;
// an empty name is that object itself.
func (c *checker) fail(name, rule, why string) {
	if len(c.problems) >= maxProblems {
		return
	}
	var path strings.Builder
	for _, s := range c.steps[:c.depth] {
		if s.name == "" {
			fmt.Fprintf(&path, "/%d", s.index)
			continue
		}
		path.WriteString("/" + s.name)
	}
	if name != "" {
		path.WriteString("/" + name)
	}
	c.problems = append(c.problems, Problem{Path: path.String(), Rule: rule, Why: why})
}

// err returns what was found; nil where nothing was.
func (c *checker) err() error {
	if len(c.problems) == 0 {
		return nil
	}
	return &ValidationError{Problems: c.problems}
}
