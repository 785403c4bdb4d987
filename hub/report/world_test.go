package report

import (
	"fmt"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// now is the time of the tests: 30 March 2026, 12:00 in Moscow.
var now = time.Date(2026, 3, 30, 9, 0, 0, 0, time.UTC)

// practices are those of two organisations, in Moscow and on Kamchatka, and nobody's.
func practices(t testing.TB) func(string) *deadline.Practice {
	t.Helper()
	engine, err := deadline.Standard()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*deadline.Practice{}
	for key, zone := range map[string]string{"adm": "Europe/Moscow", "far": "Asia/Kamchatka", "": "UTC"} {
		at, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		all[key] = &deadline.Practice{Engine: engine, Zone: at}
	}
	return func(key string) *deadline.Practice {
		if p := all[key]; p != nil {
			return p
		}
		return all[""]
	}
}

// appeal is one under 59-ФЗ that was received and registered on a day in January
// 2026 by its organisation, and changed.
func appeal(day int, change func(v *journal.View, r *deadline.Record)) *journal.View {
	v := &journal.View{
		ID: fmt.Sprintf("a-%d", day), Organisation: "adm", Source: sdk.Ref{Link: "pos", ID: fmt.Sprint(1000 + day)}, Kind: sdk.KindAppeal,
		Status: sdk.StatusInWork, ReceivedAt: time.Date(2026, 1, day, 9, 0, 0, 0, time.UTC),
	}
	r := deadline.Record{}
	r.Received, r.Registered = deadline.On(jan(day)), deadline.On(jan(day))
	if change != nil {
		change(v, &r)
	}
	v.Terms = r.String()
	return v
}

func jan(day int) sdk.Date { return sdk.Date{Year: 2026, Month: time.January, Day: 1}.AddDays(day - 1) }

// answered makes an appeal one that was answered so many days after 1 January.
func answered(day int) func(*journal.View, *deadline.Record) {
	return func(v *journal.View, r *deadline.Record) {
		v.Status, r.Answered, r.First = sdk.StatusAnswered, deadline.On(jan(day)), deadline.On(jan(day))
		r.FirstLate = lastDay.Before(jan(day)) // as the planner finds
	}
}

// lastDay is that of the answer to an appeal of 12 January, unless it is extended.
var lastDay = jan(31 + 11)

func share(x float64) *float64 { return &x }
