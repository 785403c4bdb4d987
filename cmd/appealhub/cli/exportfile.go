package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/xuri/excelize/v2"

	"github.com/appealhub/appealhub/hub/report"
)

// exportFile is a portal's registry export, read row by row.
type exportFile struct {
	book   *excelize.File
	rows   *excelize.Rows
	row    int // the last one read, from 1
	layout report.Layout
	faults []report.Fault
	words  report.Dictionary
	own    map[int]map[string]string // words that stand for others, by row and column
}

// The bounds of an export's file.
const (
	exportUnzipped = 2 << 30 // bytes of all its parts; what is larger than 16 MiB lies in a temporary file meanwhile
	exportHeading  = 20      // rows among which the headings are
)

// openExport opens an export and finds its headings. Its error names the file and
// the columns that are missing.
func openExport(name string) (*exportFile, error) {
	book, err := excelize.OpenFile(name, excelize.Options{RawCellValue: true, UnzipSizeLimit: exportUnzipped})
	if gone := (*fs.PathError)(nil); errors.As(err, &gone) {
		return nil, usage(err)
	}
	if err != nil {
		return nil, &exit{exitInvalid, fmt.Errorf("%s: it is no XLSX file: %w", name, err)}
	}
	e := &exportFile{book: book, own: map[int]map[string]string{}}
	if err := e.start(); err != nil {
		e.Close()
		return nil, &exit{exitInvalid, fmt.Errorf("%s is no registry export of the portal's: %w", name, err)}
	}
	return e, nil
}

// start reads up to the headings: the first rows may be a title.
func (e *exportFile) start() (err error) {
	if e.rows, err = e.book.Rows(e.book.GetSheetName(0)); err != nil {
		return err
	}
	missing := errors.New("its first sheet is empty")
	fewest := -1
	for e.row < exportHeading && e.rows.Next() {
		e.row++
		cells, err := e.rows.Columns()
		if err != nil {
			return err
		}
		layout, err := report.ReadLayout(cells)
		if err == nil {
			e.layout = layout
			return nil
		}
		var lacks report.MissingColumns
		if errors.As(err, &lacks) && (fewest < 0 || len(lacks) < fewest) {
			fewest, missing = len(lacks), err
		}
	}
	return errors.Join(e.rows.Error(), missing)
}

// writeRows writes the rows below the headings as one JSON array.
func (e *exportFile) writeRows(w io.Writer) error {
	before := "["
	for e.rows.Next() {
		e.row++
		cells, err := e.rows.Columns()
		if err != nil {
			return err
		}
		row, ok, faults := e.layout.Row(e.row, cells)
		e.faults = append(e.faults, faults...)
		if !ok {
			continue
		}
		if own := e.words.Translate(&row); own != nil {
			e.own[e.row] = own
		}
		raw, err := json.Marshal(row)
		if err != nil {
			return err
		}
		if _, err := w.Write(append([]byte(before), raw...)); err != nil {
			return err
		}
		before = ","
	}
	if err := e.rows.Error(); err != nil {
		return err
	}
	if before == "[" {
		before = "[]"
	} else {
		before = "]"
	}
	_, err := io.WriteString(w, before)
	return err
}

// Close removes what lies in temporary files.
func (e *exportFile) Close() error {
	if e.rows != nil {
		e.rows.Close()
	}
	return e.book.Close()
}
