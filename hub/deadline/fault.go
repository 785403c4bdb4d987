package deadline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong with a file of rules or of a calendar.
type Fault struct {
	Line int    `json:"line,omitzero"` // from 1; 0: the file as a whole
	Path string `json:"path,omitzero"` // such as years.2026.shortened
	What string `json:"what"`
}

// String returns the fault as one line.
func (f Fault) String() string {
	line := f.What
	if f.Path != "" {
		line = f.Path + ": " + line
	}
	if f.Line > 0 {
		line = fmt.Sprintf("line %d: %s", f.Line, line)
	}
	return line
}

// FileError lists every fault of a file, in the file's order.
type FileError struct {
	Faults []Fault
}

// Error returns one fault a line.
func (e *FileError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// fileError is the error of the faults; nil where there are none.
func fileError(faults []Fault) error {
	if len(faults) == 0 {
		return nil
	}
	slices.SortStableFunc(faults, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
	return &FileError{Faults: faults}
}
