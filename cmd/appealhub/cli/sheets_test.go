package cli

import (
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
)

// workbook FILE.xlsx FILE.csv makes a workbook of the cells of a CSV, as texts.
func workbook(ts *testscript.TestScript, _ bool, args []string) {
	in := csv.NewReader(strings.NewReader(ts.ReadFile(args[1])))
	in.FieldsPerRecord = -1
	rows, err := in.ReadAll()
	ts.Check(err)
	book := excelize.NewFile()
	defer book.Close()
	for i, row := range rows {
		ts.Check(book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
	}
	ts.Check(book.SaveAs(ts.MkAbs(args[0])))
}

// sheet FILE.xlsx NAME prints a sheet as people see it, tabs between the cells.
func sheet(ts *testscript.TestScript, _ bool, args []string) {
	book, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	defer book.Close()
	rows, err := book.GetRows(args[1])
	ts.Check(err)
	for _, row := range rows {
		_, err := fmt.Fprintln(ts.Stdout(), strings.TrimRight(strings.Join(row, "\t"), "\t"))
		ts.Check(err)
	}
}
