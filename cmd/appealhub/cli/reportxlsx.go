package cli

import (
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/appealhub/appealhub/hub/report"
)

// Sheets of a report's workbook.
const (
	linesSheet = "report"
	aboutSheet = "about"
)

// writeXLSX writes a workbook: the lines under their headings, the total last, and
// beside them a sheet that tells the period. Shares are percentages.
func writeXLSX(w io.Writer, r *report.Report) error {
	book := excelize.NewFile()
	defer book.Close()
	if err := book.SetSheetName("Sheet1", linesSheet); err != nil {
		return err
	}
	if err := fillLines(book, r); err != nil {
		return err
	}
	if err := fillAbout(book, r); err != nil {
		return err
	}
	return book.Write(w)
}

func fillLines(book *excelize.File, r *report.Report) error {
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	percent, err := book.NewStyle(&excelize.Style{NumFmt: 10}) // 0.00%
	if err != nil {
		return err
	}
	columns := reportColumns(r)
	rows := [][]any{make([]any, len(columns))}
	for i, c := range columns {
		rows[0][i] = excelize.Cell{StyleID: bold, Value: c.name}
	}
	for _, line := range withTotal(r) {
		rows = append(rows, sheetCells(columns, &line, percent))
	}
	return stream(book, linesSheet, rows)
}

// sheetCells is a line as a row of a sheet. Texts stay texts, whatever they look
// like.
func sheetCells(columns []reportColumn, line *report.Line, percent int) []any {
	cells := make([]any, len(columns))
	for i, c := range columns {
		cells[i] = c.value(line)
		if v, ok := cells[i].(*float64); ok {
			cells[i] = nil
			if v != nil && c.share {
				cells[i] = excelize.Cell{StyleID: percent, Value: *v}
			} else if v != nil {
				cells[i] = *v
			}
		}
	}
	return cells
}

func fillAbout(book *excelize.File, r *report.Report) error {
	if _, err := book.NewSheet(aboutSheet); err != nil {
		return err
	}
	return stream(book, aboutSheet, [][]any{{"from", r.From.String()}, {"to", r.To.String()}, {"at", r.At.Format(time.RFC3339)}})
}

// stream writes rows to a sheet, the first of which stays in sight.
func stream(book *excelize.File, sheet string, rows [][]any) error {
	out, err := book.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := out.SetColWidth(1, max(1, len(rows[0])), 16); err != nil {
		return err
	}
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := out.SetRow(cell, row); err != nil {
			return err
		}
	}
	return out.Flush()
}
