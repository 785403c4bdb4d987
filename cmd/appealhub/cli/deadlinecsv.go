package cli

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/appealhub/appealhub/hub/deadline"
)

// computeMany computes an appeal for each row of the input, as it is read.
func (a *app) computeMany(run *compute) error {
	if run.fields["received"] != "" || run.fields["registered"] != "" {
		return usagef("--input names the appeals: leave out --received and --registered")
	}
	engine, err := run.engine()
	if err != nil {
		return err
	}
	in := a.in
	if run.input != "-" {
		file, err := os.Open(run.input)
		if err != nil {
			return usage(err)
		}
		defer file.Close()
		in = file
	}
	rows, err := newRows(in)
	if err != nil {
		return &exit{exitInvalid, err}
	}
	out := a.results()
	bad, err := run.each(rows, engine, out)
	if err := errors.Join(err, out.flush()); err != nil {
		return err
	}
	if bad > 0 {
		return &exit{exitInvalid, fmt.Errorf("%d of %d rows are invalid", bad, rows.count)}
	}
	return nil
}

// each computes row by row and counts the bad ones.
func (run *compute) each(rows *rows, engine *deadline.Engine, out results) (bad int, err error) {
	zones, known := zones{}, engine.Categories()
	for {
		line, row, err := rows.next()
		if errors.Is(err, io.EOF) {
			return bad, nil
		}
		var fault *rowError
		if err != nil && !errors.As(err, &fault) {
			return bad, err
		}
		var facts *deadline.Facts
		if err == nil {
			row = run.fields.with(row)
			facts, err = row.facts(zones, run.decreeOff)
		}
		if err != nil {
			bad++
			if err := out.bad(line, err.Error()); err != nil {
				return bad, err
			}
			continue
		}
		result := row.result(engine.Terms(facts))
		result.Line = line
		if err := named(facts, known); err != nil {
			result.Warnings = append(result.Warnings, deadline.Warning{Code: "unknown_category", Text: err.Error()})
		}
		if err := out.good(result); err != nil {
			return bad, err
		}
	}
}

// with lays a row's fields over those of the flags; an empty one says nothing.
func (f fields) with(row fields) fields {
	out := maps.Clone(f)
	for name, value := range row {
		if value != "" {
			out[name] = value
		}
	}
	return out
}

// rows reads a CSV with a header.
type rows struct {
	in      *csv.Reader
	columns []string
	count   int
}

// rowError is what is wrong with one row; the next can be read.
type rowError struct{ error }

// newRows reads the header. A byte order mark is passed over, and columns may be
// parted by semicolons, as spreadsheets in Russia have it.
func newRows(in io.Reader) (*rows, error) {
	buffered := bufio.NewReader(in)
	start, err := buffered.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	if mark := []byte("\ufeff"); bytes.HasPrefix(start, mark) {
		if _, err := buffered.Discard(len(mark)); err != nil {
			return nil, err
		}
	}
	r := &rows{in: csv.NewReader(buffered)}
	r.in.FieldsPerRecord = -1
	header, _, _ := bytes.Cut(start, []byte("\n"))
	if bytes.Count(header, []byte(";")) > bytes.Count(header, []byte(",")) {
		r.in.Comma = ';'
	}
	names, err := r.in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the input is empty: its first line names the columns")
	}
	if err != nil {
		return nil, err
	}
	return r, r.header(names)
}

func (r *rows) header(names []string) error {
	var known []string
	for _, c := range factColumns() {
		known = append(known, c.name)
	}
	for _, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		switch {
		case !slices.Contains(known, name):
			return fmt.Errorf("line 1: %q is no column; known: %s", name, strings.Join(known, ", "))
		case slices.Contains(r.columns, name):
			return fmt.Errorf("line 1: the column %s is there twice", name)
		}
		r.columns = append(r.columns, name)
	}
	if !slices.Contains(r.columns, "received") && !slices.Contains(r.columns, "registered") {
		return errors.New("line 1: there is no column received")
	}
	return nil
}

// next returns a row and its line in the input. Its error is io.EOF, a *rowError,
// or the input's.
func (r *rows) next() (line int, row fields, err error) {
	record, err := r.in.Read()
	if errors.Is(err, io.EOF) {
		return 0, nil, io.EOF
	}
	r.count++
	var malformed *csv.ParseError
	if errors.As(err, &malformed) {
		return malformed.StartLine, nil, &rowError{malformed.Err}
	}
	if err != nil {
		return 0, nil, err
	}
	line, _ = r.in.FieldPos(0)
	if len(record) != len(r.columns) {
		return line, nil, &rowError{fmt.Errorf("the row has %d fields, the header %d", len(record), len(r.columns))}
	}
	row = fields{}
	for i, value := range record {
		row[r.columns[i]] = strings.TrimSpace(value)
	}
	return line, row, nil
}

// results prints what was computed for each row, in the order of the rows.
type results interface {
	good(c computed) error
	bad(line int, what string) error
	flush() error
}

func (a *app) results() results {
	if a.output == asMap {
		return &jsonLines{bufio.NewWriter(a.out)}
	}
	out := bufio.NewWriter(a.out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.ReplaceAll("LINE ID "+termHeadings, " ", "\t"))
	return &tableLines{out: out, w: w}
}

// jsonLines prints one object a line. What a terminal would obey is escaped.
type jsonLines struct{ out *bufio.Writer }

func (j *jsonLines) good(c computed) error { return j.line(c) }

func (j *jsonLines) line(v any) error {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := j.out.WriteString(escaped(b.String()))
	return err
}

func (j *jsonLines) bad(line int, what string) error {
	return j.line(struct {
		Line  int    `json:"line"`
		Error string `json:"error"`
	}{line, what})
}

func (j *jsonLines) flush() error { return j.out.Flush() }

// block is how many rows of a table are lined up together.
const block = 1000

// tableLines prints one row a term.
type tableLines struct {
	out   *bufio.Writer
	w     *tabwriter.Writer
	since int
}

func (t *tableLines) row(cells []string) error {
	for i, cell := range cells {
		cells[i] = shown(cell)
	}
	if _, err := fmt.Fprintln(t.w, strings.Join(cells, "\t")); err != nil {
		return err
	}
	if t.since++; t.since%block != 0 {
		return nil
	}
	return t.w.Flush()
}

func (t *tableLines) good(c computed) error {
	line := strconv.Itoa(c.Line)
	for _, term := range c.Terms {
		if err := t.row(append([]string{line, c.ID}, termCells(term)...)); err != nil {
			return err
		}
	}
	for _, w := range c.Warnings {
		if err := t.row([]string{line, c.ID, "warning: " + w.About()}); err != nil {
			return err
		}
	}
	return nil
}

func (t *tableLines) bad(line int, what string) error {
	return t.row([]string{strconv.Itoa(line), "", "error: " + what})
}

func (t *tableLines) flush() error { return errors.Join(t.w.Flush(), t.out.Flush()) }
