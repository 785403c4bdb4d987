package hub

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

// national is an operator's newer calendar.
const national = `format: appealhub/calendar/v1
name: ru
years:
  2027:
    source: the Government's decree
    holidays: {Holidays: 01-01..01-08 02-23 03-08 05-01 05-09 06-12 11-04}
    days_off: 11-05
  2028:
    source: a draft
    provisional: no decree yet
    holidays: {Holidays: 01-01..01-08 02-23 03-08 05-01 05-09 06-12 11-04}
`

const regional = `format: appealhub/calendar/v1
name: ru-kda
over: ru
years:
  2027: {source: a region's law, holidays: {Радоница: 05-11}}
  2028: {source: a region's law, holidays: {Радоница: 04-25}}
`

// TestRegionOverNational: an organisation's calendar lies over the hub's, newer
// years included, and is refused for a year that this one lacks.
func TestRegionOverNational(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cfg := Config{
		Deadlines:     Deadlines{Calendar: file("national.yaml", national)},
		Organisations: []Organisation{{Key: "adm", TimeZone: "Europe/Moscow", Calendar: file("regional.yaml", regional)}},
	}
	all, _, err := cfg.practices()
	if err != nil {
		t.Fatal(err)
	}
	for registered, want := range map[string]string{"2027-10-06": "2027-11-03 false", "2028-04-01": "2028-04-28 true", "2027-04-11": "2027-05-10 false"} {
		d, err := sdk.ParseDate(registered)
		if err != nil {
			t.Fatal(err)
		}
		terms := all["adm"].Terms(&deadline.Record{Facts: deadline.Facts{Received: deadline.On(d), Registered: deadline.On(d)}}, sdk.KindAppeal)
		answer, _ := terms.Find(deadline.Answer)
		if got := fmt.Sprint(answer.Due, answer.Provisional); got != want {
			t.Errorf("registered on %s: %s, want %s", registered, got, want)
		}
	}
	if years := all["adm"].Unusual(); len(years) > 0 {
		t.Errorf("unusual: %v", years)
	}
	cfg.Deadlines.Calendar = file("few.yaml", "format: appealhub/calendar/v1\nname: ru\nyears:\n  2028: {source: a first look, holidays: {Holidays: 05-01}}\n")
	if all, _, err = cfg.practices(); err != nil || len(all["adm"].Unusual()) != 1 {
		t.Errorf("a year of one holiday: %v", err)
	}
	cfg.Deadlines.Calendar = ""
	_, _, err = cfg.practices()
	if err == nil || !strings.Contains(err.Error(), "years.2028") || !strings.Contains(err.Error(), "organisations.adm.calendar") {
		t.Errorf("a region's year without the nation's: %v", err)
	}
}
