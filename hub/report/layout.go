package report

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/appealhub/appealhub/sdk"
)

// The columns of the portal's registry export that are compared. The export has 25;
// those that name people are not read.
const (
	colNumber   = "Номер"
	colEPGU     = "Номер ЕПГУ"
	colReceived = "Дата поступления"
	colDue      = "Дата планируемого завершения работ"
	colFinished = "Дата фактического завершения работ"
	colStage    = "Стадия"
	colStatus   = "Статус"
	colOverdue  = "Просрочено"
	colFast     = "Фаст-трек"
	colDecision = "Тип решения"
)

// columns are those columns and where their cells go.
var columns = []struct {
	name string
	set  func(*Row, string) error
}{
	{colNumber, func(r *Row, s string) error { return number(&r.Number, s, true) }},
	{colEPGU, func(r *Row, s string) error { return number(&r.EPGU, s, false) }},
	{colReceived, func(r *Row, s string) error { return date(&r.Received, s) }},
	{colDue, func(r *Row, s string) error { return date(&r.Due, s) }},
	{colFinished, func(r *Row, s string) error { return date(&r.Finished, s) }},
	{colStage, func(r *Row, s string) error { return word(&r.Stage, s) }},
	{colStatus, func(r *Row, s string) error { return word(&r.Status, s) }},
	{colOverdue, func(r *Row, s string) error { return flag(&r.Overdue, s) }},
	{colFast, func(r *Row, s string) error { return flag(&r.FastTrack, s) }},
	{colDecision, func(r *Row, s string) error { return word(&r.Decision, s) }},
}

// Layout tells in which places a file has the columns.
type Layout []int // for each of columns

// MissingColumns names columns that a file lacks.
type MissingColumns []string

// Error names them.
func (m MissingColumns) Error() string {
	return "it has no column «" + strings.Join(m, "», «") + "»"
}

// ReadLayout finds the columns by the first line of a file; a MissingColumns
// names those that are not there.
func ReadLayout(heading []string) (Layout, error) {
	at := map[string]int{}
	for i, name := range heading {
		if _, known := at[canonical(name)]; !known {
			at[canonical(name)] = i
		}
	}
	layout := make(Layout, len(columns))
	var missing MissingColumns
	for i, c := range columns {
		place, ok := at[canonical(c.name)]
		if !ok {
			missing = append(missing, c.name)
		}
		layout[i] = place
	}
	if missing != nil {
		return nil, missing
	}
	return layout, nil
}

// canonical is a heading or a word as it is compared.
func canonical(s string) string {
	return strings.ReplaceAll(strings.ToLower(strings.Join(strings.Fields(s), " ")), "ё", "е")
}

// Fault is a cell that can't be read.
type Fault struct {
	Row    int    `json:"row"` // of the file, from 1
	Column string `json:"column"`
	Why    string `json:"why"`
}

// String names the place and what is wrong.
func (f Fault) String() string { return fmt.Sprintf("row %d: «%s» %s", f.Row, f.Column, f.Why) }

// Row reads the cells of a row of the file; false where it is blank, or has no
// number that can be read. A cell at fault stays blank.
func (l Layout) Row(n int, cells []string) (r Row, ok bool, faults []Fault) {
	if strings.TrimSpace(strings.Join(cells, "")) == "" {
		return Row{}, false, nil
	}
	r.Row = n
	for i, c := range columns {
		cell := ""
		if l[i] < len(cells) {
			cell = strings.TrimSpace(cells[l[i]])
		}
		if blank(cell) {
			cell = ""
		}
		if err := c.set(&r, cell); err != nil {
			faults = append(faults, Fault{Row: n, Column: c.name, Why: err.Error()})
		}
	}
	return r, r.Number != "", faults
}

// blank reports whether a cell says nothing.
func blank(cell string) bool { return cell == "" || cell == "-" || cell == "–" || cell == "—" }

// Row is what one row of the export says of an appeal. What is blank there is
// zero here.
type Row struct {
	Row       int      `json:"row"` // of the file, from 1
	Number    string   `json:"number"`
	EPGU      string   `json:"epgu,omitzero"`
	Received  sdk.Date `json:"received,omitzero"`
	Due       sdk.Date `json:"due,omitzero"`
	Finished  sdk.Date `json:"finished,omitzero"`
	Stage     string   `json:"stage,omitzero"`
	Status    string   `json:"status,omitzero"`
	Decision  string   `json:"decision,omitzero"`
	Overdue   Flag     `json:"overdue,omitzero"`
	FastTrack Flag     `json:"fast_track,omitzero"`
}

// Flag is yes, no, or empty where nothing is said.
type Flag string

// The flags.
const (
	Yes Flag = "yes"
	No  Flag = "no"
)

func flagOf(is bool) Flag {
	if is {
		return Yes
	}
	return No
}

// check holds a row that was not read from a file to the same bounds.
func (r *Row) check() error {
	if r.Row < 1 || r.Row > math.MaxInt32 {
		return fmt.Errorf("row %d: rows are counted from 1 to %d", r.Row, math.MaxInt32)
	}
	var again string
	for _, m := range []struct {
		name string
		err  error
	}{
		{"number", number(&again, r.Number, true)}, {"epgu", number(&again, r.EPGU, false)},
		{"stage", word(&again, r.Stage)}, {"status", word(&again, r.Status)}, {"decision", word(&again, r.Decision)},
		{"overdue", r.Overdue.check()}, {"fast_track", r.FastTrack.check()},
	} {
		if m.err != nil {
			return fmt.Errorf("row %d: %s %w", r.Row, m.name, m.err)
		}
	}
	return nil
}

func (f Flag) check() error {
	if f != "" && f != Yes && f != No {
		return errors.New("is neither yes nor no")
	}
	return nil
}
