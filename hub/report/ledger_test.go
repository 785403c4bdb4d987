package report

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// row agrees with the appeal of 12 January that was answered on the 20th.
func row(change func(*Row)) *Row {
	r := &Row{
		Row: 2, Number: "1012", EPGU: "6668478383", Received: jan(12), Due: jan(42), Finished: jan(20),
		Stage: "Завершено", Status: "Отправлен ответ заявителю", Decision: "Решено", Overdue: No, FastTrack: No,
	}
	if change != nil {
		change(r)
	}
	return r
}

func same(change func(*journal.View, *deadline.Record)) *journal.View {
	return appeal(12, func(v *journal.View, r *deadline.Record) {
		answered(20)(v, r)
		v.Due = jan(42)
		if change != nil {
			change(v, r)
		}
	})
}

func ledgerOf(t testing.TB, w Window, rows ...*Row) *Ledger {
	t.Helper()
	l := NewLedger()
	l.Window = w
	for _, r := range rows {
		if err := l.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	l.Close()
	return l
}

// differences compares appeals with rows, those left over included.
func differences(t testing.TB, l *Ledger, appeals ...*journal.View) (out []*Difference) {
	t.Helper()
	p := practices(t)
	for _, v := range appeals {
		d, err := l.Match(v, p(v.Organisation), now, func() ([]sdk.Number, error) {
			return []sdk.Number{{System: sdk.NumberEDMS, Value: "77"}, {System: sdk.NumberPOS, Value: "ПОС-" + v.Source.ID}, {System: sdk.NumberEPGU, Value: "ЕПГУ-" + v.Source.ID}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if d != nil {
			out = append(out, d)
		}
	}
	for number := range l.Left() {
		out = append(out, l.Lacking(number))
	}
	return out
}

// TestFields: everything on which an appeal and its row may disagree.
func TestFields(t *testing.T) {
	inWork := func(v *journal.View, r *deadline.Record) { v.Status, r.Answered = sdk.StatusInWork, deadline.Moment{} }
	open := func(r *Row) {
		r.Stage, r.Status, r.Decision, r.Finished = "Исполнение", "В работе", "", sdk.Date{}
	}
	for name, c := range map[string]struct {
		row  *Row
		view *journal.View
		want []Field
	}{
		"none":                                {row(nil), same(nil), nil},
		"none, in work":                       {row(open), same(inWork), nil},
		"received":                            {row(func(r *Row) { r.Received = jan(13) }), same(nil), []Field{{"received", "2026-01-13", "2026-01-12"}}},
		"due":                                 {row(func(r *Row) { r.Due = jan(22) }), same(nil), []Field{{"due", "2026-01-22", "2026-02-11"}}},
		"due, none here":                      {row(nil), same(func(v *journal.View, _ *deadline.Record) { v.Due = sdk.Date{} }), []Field{{"due", "2026-02-11", ""}}},
		"finished":                            {row(func(r *Row) { r.Finished = jan(21) }), same(nil), []Field{{"finished", "2026-01-21", "2026-01-20"}}},
		"finished, blank though it has ended": {row(func(r *Row) { r.Finished = sdk.Date{} }), same(nil), []Field{{"finished", "", "2026-01-20"}}},
		"the stage is behind":                 {row(open), same(nil), []Field{{"stage", "Исполнение", "answered"}, {"status", "В работе", "answered"}}},
		"the stage is ahead":                  {row(nil), same(inWork), []Field{{"stage", "Завершено", "in_work"}, {"status", "Отправлен ответ заявителю", "in_work"}}},
		"status alone":                        {row(func(r *Row) { r.Status = "в  РАБОТЕ" }), same(nil), []Field{{"status", "в  РАБОТЕ", "answered"}}},
		"decision":                            {row(func(r *Row) { r.Decision = "Перенаправлено" }), same(nil), []Field{{"decision", "Перенаправлено", "answered"}}},
		"decision, refused":                   {row(func(r *Row) { r.Decision = "Отклонено" }), same(func(v *journal.View, _ *deadline.Record) { v.Outcome = sdk.OutcomeExplained }), []Field{{"decision", "Отклонено", "answered, explained"}}},
		"an answer that does not support":     {row(func(r *Row) { r.Decision = "Отклонено" }), same(func(v *journal.View, _ *deadline.Record) { v.Outcome = sdk.OutcomeNotSupported }), nil},
		"closed after its answer":             {row(nil), same(func(v *journal.View, _ *deadline.Record) { v.Status = sdk.StatusClosed }), nil},
		"closed, but not forwarded":           {row(func(r *Row) { r.Decision = "Перенаправлено" }), same(func(v *journal.View, _ *deadline.Record) { v.Status = sdk.StatusClosed }), []Field{{"decision", "Перенаправлено", "closed"}}},
		"overdue":                             {row(func(r *Row) { r.Overdue = Yes }), same(nil), []Field{{"overdue", "yes", "no"}}},
		"overdue by another date":             {row(func(r *Row) { r.Overdue, r.Due = Yes, jan(15) }), same(nil), []Field{{"due", "2026-01-15", "2026-02-11"}}},
		"fast track":                          {row(func(r *Row) { r.FastTrack = Yes }), same(nil), []Field{{"fast_track", "yes", "no"}}},
		"blank cells":                         {&Row{Row: 2, Number: "1012"}, same(nil), nil},
		"words that nobody knows":             {row(func(r *Row) { r.Stage, r.Status, r.Decision = "Архив", "Новый", "Иное" }), same(nil), nil},
		"a midnight in the zone": {row(func(r *Row) { r.Received = jan(13) }), same(func(_ *journal.View, r *deadline.Record) {
			r.Received = deadline.At(jan(12).In(practices(t)("adm").Zone).AddDate(0, 0, 1))
		}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			l := ledgerOf(t, Window{From: jan(1), To: jan(31)}, c.row)
			got := differences(t, l, c.view)
			var fields []Field
			if len(got) > 0 {
				fields = got[0].Fields
				if got[0].Kind != Differs || got[0].Appeal != "a-12" || got[0].Row != 2 || got[0].Number != "1012" || len(got) > 1 {
					t.Errorf("%+v", got[0])
				}
			}
			if diff := cmp.Diff(c.want, fields); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// TestSides: what one side has and the other lacks, and only in the window.
func TestSides(t *testing.T) {
	numbered := func(number string, day int) *Row {
		return &Row{Row: day + 1, Number: number, Received: jan(day)}
	}
	plain := func(day int) *journal.View { return appeal(day, nil) }
	for name, c := range map[string]struct {
		window  Window
		rows    []*Row
		appeals []*journal.View
		want    []string // kind number
		sum     Summary
	}{
		"both": {Window{}, []*Row{numbered("1012", 12)}, views{plain(12)}, nil, Summary{Window: Window{jan(12), jan(12)}, Rows: 1, Appeals: 1, Same: 1}},
		"one each": {Window{}, []*Row{numbered("1", 12), numbered("2", 14)}, views{plain(13)}, []string{"not_in_export 1013", "not_in_hub 1", "not_in_hub 2"},
			Summary{Window: Window{jan(12), jan(14)}, Rows: 2, Appeals: 1}},
		"outside of the export's own days": {Window{}, []*Row{numbered("1012", 12)}, views{plain(11), plain(12), plain(13)}, nil,
			Summary{Window: Window{jan(12), jan(12)}, Rows: 1, Appeals: 1, Same: 1}},
		"a window": {Window{jan(11), jan(13)}, []*Row{numbered("1", 10), numbered("2", 14), numbered("3", 11)}, views{plain(13), plain(14), plain(10)}, []string{"not_in_export 1013", "not_in_hub 3"},
			Summary{Window: Window{jan(11), jan(13)}, Rows: 1, Outside: 2, Appeals: 1}},
		"a window open behind": {Window{From: jan(12)}, []*Row{numbered("1012", 12), numbered("1013", 13)}, views{plain(12), plain(13), plain(14)}, nil,
			Summary{Window: Window{jan(12), jan(13)}, Rows: 2, Appeals: 2, Same: 2}},
		"both outside of it":                  {Window{jan(20), jan(21)}, []*Row{numbered("1012", 11)}, views{plain(12)}, nil, Summary{Window: Window{jan(20), jan(21)}, Outside: 1}},
		"one side outside":                    {Window{jan(12), jan(21)}, []*Row{numbered("1012", 11)}, views{plain(12)}, []string{"differs 1012"}, Summary{Window: Window{jan(12), jan(21)}, Outside: 1, Appeals: 1}},
		"no date in the row":                  {Window{jan(12), jan(12)}, []*Row{{Row: 2, Number: "5"}}, nil, []string{"not_in_hub 5"}, Summary{Window: Window{jan(12), jan(12)}, Rows: 1}},
		"an empty export":                     {Window{}, nil, views{plain(12)}, nil, Summary{}},
		"an empty export of known days":       {Window{jan(12), jan(12)}, nil, views{plain(12)}, []string{"not_in_export 1012"}, Summary{Window: Window{jan(12), jan(12)}, Appeals: 1}},
		"an empty export of days without end": {Window{From: jan(12)}, nil, views{plain(12)}, nil, Summary{Window: Window{From: jan(12)}}},
		"by the portal's number":              {Window{}, []*Row{numbered("ПОС-1012", 12)}, views{plain(12)}, nil, Summary{Window: Window{jan(12), jan(12)}, Rows: 1, Appeals: 1, Same: 1}},
		"by the number of ЕПГУ": {Window{}, []*Row{{Row: 2, Number: "x", EPGU: "ЕПГУ-1012", Received: jan(12)}}, views{plain(12)}, nil,
			Summary{Window: Window{jan(12), jan(12)}, Rows: 1, Appeals: 1, Same: 1}},
		"one row, two appeals": {Window{}, []*Row{numbered("1012", 12)}, views{plain(12), plain(12)}, []string{"not_in_export 1012"},
			Summary{Window: Window{jan(12), jan(12)}, Rows: 1, Appeals: 2, Same: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			l := ledgerOf(t, c.window, c.rows...)
			var got []string
			for _, d := range differences(t, l, c.appeals...) {
				got = append(got, string(d.Kind)+" "+d.Number)
			}
			c.sum.NotKnown = []Unknown{}
			if diff := cmp.Diff(c.want, got) + cmp.Diff(c.sum, l.Summary()); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestTwice(t *testing.T) {
	again := []*Row{row(nil), row(func(r *Row) { r.Row = 9 }), row(func(r *Row) { r.Row, r.Number, r.Received = 10, "2", jan(13) }), row(func(r *Row) { r.Row, r.Number = 11, "2" })}
	got := slices.Collect(ledgerOf(t, Window{To: jan(12)}, again...).Twice())
	want := []*Difference{{Kind: Twice, Number: "1012", EPGU: "6668478383", Row: 9, OtherRow: 2, Received: jan(12)}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownWords(t *testing.T) {
	l := ledgerOf(t, Window{}, row(func(r *Row) { r.Stage = "Архив" }), row(func(r *Row) { r.Number, r.Stage, r.Decision = "2", "Архив", "Иное" }), row(func(r *Row) { r.Number = "3" }))
	if diff := cmp.Diff([]Unknown{{"stage", "Архив", 2}, {"decision", "Иное", 1}}, l.Summary().NotKnown); diff != "" {
		t.Error(diff)
	}
}

// TestBadRows: what no export holds is refused, wherever it comes from.
func TestBadRows(t *testing.T) {
	for name, r := range map[string]*Row{
		"number":       row(func(r *Row) { r.Number = "" }),
		"number is no": row(func(r *Row) { r.Number = strings.Repeat("9", maxNumber+1) }),
		"status":       row(func(r *Row) { r.Status = strings.Repeat("я", maxWord+1) }),
		"overdue":      row(func(r *Row) { r.Overdue = "perhaps" }),
	} {
		if err := NewLedger().Add(r); err == nil || !strings.Contains(err.Error(), "row 2: "+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, n := range []int{-1, 0, math.MaxInt32 + 1} {
		if err := NewLedger().Add(row(func(r *Row) { r.Row = n })); err == nil || !strings.Contains(err.Error(), "from 1 to") {
			t.Errorf("row %d: %v", n, err)
		}
	}
	l := NewLedger()
	var err error
	for i := 1; err == nil && i < 2000; i++ {
		err = l.Add(&Row{Row: i, Number: fmt.Sprint(i), Stage: fmt.Sprint("слово ", i)})
	}
	if !errors.Is(err, errWords) {
		t.Errorf("2000 different words: %v", err)
	}
}

// headings are the 25 columns of the export.
var headings = []string{
	"Номер", "Номер ЕПГУ", "Источник", "Верхнеуровневый ЛКО", "Категория", "Подкатегория", "Факт", "Организация, в которую поступило сообщение",
	"Организация, в которой находится сообщение", "Дата поступления", "Дата планируемого завершения работ", "Дата фактического завершения работ", "Стадия",
	"Статус", "Просрочено", "Фаст-трек", "ФЗ", "Заявитель выбрал подачу по 59-ФЗ", "Тип решения",
	"Направлено по email в ФОИВ, не подключенный к ПОС", "Оценка ответа заявителем", "Повторное рассмотрение", "ФИО координатора", "ФИО исполнителя", "ФИО руководителя",
}

// cells are a row of the file, by the columns' names.
func cells(values map[string]string) []string {
	out := make([]string, len(headings))
	for i, h := range headings {
		if out[i] = "-"; values[h] != "" {
			out[i] = values[h]
		}
	}
	return out
}

func TestLayout(t *testing.T) {
	layout, err := ReadLayout(headings)
	if err != nil {
		t.Fatal(err)
	}
	full := map[string]string{
		colNumber: "327441806", colEPGU: "6668478383", colReceived: "06.01.2026", colDue: "16.01.2026 23:59:59", colFinished: "46034",
		colStage: "Завершено", colStatus: " Отправлен  ответ заявителю", colOverdue: "Нет", colFast: "Да", colDecision: "Решено", "ФИО исполнителя": "Образцова",
	}
	got, ok, faults := layout.Row(7, cells(full))
	want := Row{Row: 7, Number: "327441806", EPGU: "6668478383", Received: jan(6), Due: jan(16), Finished: jan(12),
		Stage: "Завершено", Status: "Отправлен ответ заявителю", Decision: "Решено", Overdue: No, FastTrack: Yes}
	if diff := cmp.Diff(want, got); diff != "" || !ok || faults != nil {
		t.Errorf("%v %v\n%s", ok, faults, diff)
	}
	for name, c := range map[string]struct {
		change map[string]string
		want   Row
		ok     bool
		faults string
	}{
		"blank but for the number":   {map[string]string{colNumber: "1"}, Row{Row: 3, Number: "1"}, true, ""},
		"a number in floating point": {map[string]string{colNumber: "6.668478383E9"}, Row{Row: 3, Number: "6668478383"}, true, ""},
		"no number":                  {map[string]string{colStage: "Завершено"}, Row{Row: 3, Stage: "Завершено"}, false, "row 3: «Номер» is blank"},
		"no such day":                {map[string]string{colNumber: "1", colDue: "30.02.2026"}, Row{Row: 3, Number: "1"}, true, "row 3: «Дата планируемого завершения работ» is no date such as 06.01.2026"},
		"a date of another form":     {map[string]string{colNumber: "1", colReceived: "2026-01-06"}, Row{Row: 3, Number: "1"}, true, "row 3: «Дата поступления» is no date such as 06.01.2026"},
		"a number that is no date":   {map[string]string{colNumber: "1", colFinished: "12"}, Row{Row: 3, Number: "1"}, true, "row 3: «Дата фактического завершения работ» is no date such as 06.01.2026"},
		"neither yes nor no":         {map[string]string{colNumber: "1", colOverdue: "2"}, Row{Row: 3, Number: "1"}, true, "row 3: «Просрочено» is neither Да nor Нет"},
	} {
		got, ok, faults := layout.Row(3, cells(c.change))
		var told []string
		for _, f := range faults {
			told = append(told, f.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" || ok != c.ok || strings.Join(told, "; ") != c.faults {
			t.Errorf("%s: %v %v\n%s", name, ok, told, diff)
		}
	}
	if _, ok, faults := layout.Row(4, nil); ok || faults != nil {
		t.Errorf("a blank row: %v %v", ok, faults)
	}
}

// TestNoSuchExport: the columns that a file lacks are named; their order and case
// don't matter.
func TestNoSuchExport(t *testing.T) {
	other := slices.Clone(headings)
	slices.Reverse(other)
	other[0] = " дата ПОСТУПЛЕНИЯ " + other[0]
	if _, err := ReadLayout(other); err != nil {
		t.Error(err)
	}
	other[slices.Index(other, colStage)] = "Этап"
	other[slices.Index(other, colNumber)] = "№"
	_, err := ReadLayout(other)
	if missing := (MissingColumns)(nil); !errors.As(err, &missing) || err.Error() != "it has no column «Номер», «Стадия»" {
		t.Errorf("%v", err)
	}
}

// TestMemory holds a ledger to what it says of its rows.
func TestMemory(t *testing.T) {
	const rows = 100_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	l := NewLedger()
	for i := range rows {
		r := row(func(r *Row) { r.Row, r.Number, r.EPGU = i+2, fmt.Sprint(327441806+i), fmt.Sprint(6668478383+i) })
		if err := l.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := (after.HeapAlloc - before.HeapAlloc) / rows
	t.Logf("%d bytes a row", each)
	if each > 250 {
		t.Errorf("%d bytes a row", each)
	}
	runtime.KeepAlive(l)
}

// FuzzRow: no cell makes the reader panic, and what it takes the ledger takes too.
func FuzzRow(f *testing.F) {
	layout, err := ReadLayout(headings)
	if err != nil {
		f.Fatal(err)
	}
	for _, cell := range []string{"-", "06.01.2026", "1e300", "NaN", "-0x1p-2", "46034.5", "\x00", "Да"} {
		f.Add(cell, cell)
	}
	f.Fuzz(func(t *testing.T, number, cell string) {
		all := make([]string, len(headings))
		for i := range all {
			all[i] = cell
		}
		all[0] = number
		r, ok, _ := layout.Row(2, all)
		if !ok {
			return
		}
		if err := NewLedger().Add(&r); err != nil {
			t.Error(err)
		}
	})
}
