package cli

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/report"
)

// TestCSVHoldsNoFormula: wherever a spreadsheet parts the columns.
func TestCSVHoldsNoFormula(t *testing.T) {
	for _, name := range []string{
		"=1+1", "+1", "-1", "@a", "\t=1", "Дороги;=1+1", "Дороги; =1+1;x", "Дороги\t=1", `Дороги;"=1+1";x`, "a;;@b", "a; ;-1",
	} {
		var out bytes.Buffer
		r := report.Report{By: []report.Dimension{report.ByCategory}, Lines: []report.Line{{Group: report.Group{Category: "7", CategoryName: name}}}}
		if err := writeCSV(&out, &r); err != nil {
			t.Fatal(err)
		}
		for _, comma := range []rune{',', ';', '\t'} {
			in := csv.NewReader(bytes.NewReader(out.Bytes()))
			in.Comma, in.LazyQuotes, in.FieldsPerRecord = comma, true, -1
			rows, err := in.ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, cell := range rows[1] {
				if bare := strings.TrimLeft(cell, ` "`); strings.IndexAny(bare, "=+-@\t\r") == 0 {
					t.Errorf("%q, parted by %q: %q", name, comma, cell)
				}
			}
		}
	}
	if got := inert("Дороги; дворы - и парки"); got != "Дороги; дворы - и парки" {
		t.Errorf("%q", got)
	}
}
