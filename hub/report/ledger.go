package report

import (
	"errors"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// Ledger holds the rows of a portal's export and compares the hub's appeals with
// them, one by one. A row takes some 150 bytes.
type Ledger struct {
	Window
	rows     []kept
	byNumber map[string]int32
	byEPGU   map[string]int32 // made when first asked for
	twice    [][2]int32       // place of the first row of a number, and the file's row of another one
	words    words
	empty    bool // nothing of the hub's is in the window
	appeals  int  // of the hub, in the window
	same     int
}

// Window is a period of receipt, local to the organisation, both days included;
// zero: without end.
type Window struct {
	From sdk.Date `json:"from,omitzero"`
	To   sdk.Date `json:"to,omitzero"`
}

// kept is a row in little memory.
type kept struct {
	number, epgu            string
	row                     int32
	received, due, finished packed
	stage, status, decision wordID
	overdue, fast           tri
	taken                   bool
}

// NewLedger returns a ledger without rows.
func NewLedger() *Ledger { return &Ledger{byNumber: map[string]int32{}, words: newWords()} }

// Kind is how an appeal differs.
type Kind string

// The kinds of differences.
const (
	NotInHub    Kind = "not_in_hub"
	NotInExport Kind = "not_in_export"
	Twice       Kind = "twice"   // the export has it in two rows; the first one counts
	Differs     Kind = "differs" // both have it; see Fields
)

// Difference is an appeal on which the export and the hub disagree.
type Difference struct {
	Kind     Kind     `json:"kind"`
	Number   string   `json:"number"` // of the export; the hub's reference where that has none
	EPGU     string   `json:"epgu,omitzero"`
	Row      int      `json:"row,omitzero"`       // of the export
	OtherRow int      `json:"other_row,omitzero"` // the first one of the same number
	Appeal   string   `json:"appeal,omitzero"`    // the hub's id
	Received sdk.Date `json:"received,omitzero"`  // by the hub, else by the export
	Fields   []Field  `json:"fields,omitzero"`
}

// Field is what both sides say of one thing. A side that says nothing is empty.
type Field struct {
	Name   string `json:"name"` // received, due, finished, stage, status, decision, overdue, fast_track
	Export string `json:"export"`
	Hub    string `json:"hub"`
}

// Summary counts what was compared.
type Summary struct {
	Window
	Rows     int       `json:"rows"`    // of the export, in the window
	Outside  int       `json:"outside"` // of the export, received outside of it
	Appeals  int       `json:"appeals"` // of the hub, in the window
	Same     int       `json:"same"`
	NotKnown []Unknown `json:"unknown"` // words of the export that are not compared
}

// Add keeps a row. Of those with one number only the first is compared.
func (l *Ledger) Add(r *Row) error {
	if err := r.check(); err != nil {
		return err
	}
	if first, again := l.byNumber[r.Number]; again {
		l.twice = append(l.twice, [2]int32{first, int32(r.Row)})
		return nil
	}
	k := kept{
		number: r.Number, epgu: r.EPGU, row: int32(r.Row), received: pack(r.Received), due: pack(r.Due), finished: pack(r.Finished),
		overdue: triOf(r.Overdue), fast: triOf(r.FastTrack),
	}
	var errs [3]error
	k.stage, errs[0] = l.words.id("stage", r.Stage)
	k.status, errs[1] = l.words.id("status", r.Status)
	k.decision, errs[2] = l.words.id("decision", r.Decision)
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	l.byNumber[k.number] = int32(len(l.rows))
	l.rows = append(l.rows, k)
	return nil
}

// Close ends the adding of rows. A side of the window that is open is closed by
// the export itself: by the first and the last day of receipt in it. An export that
// has no such day leaves an open window empty.
func (l *Ledger) Close() {
	first, last := packed(0), packed(0)
	for i := range l.rows {
		if at := l.rows[i].received; at != 0 {
			if last = max(last, at); first == 0 || at < first {
				first = at
			}
		}
	}
	l.empty = last == 0 && (l.From.IsZero() || l.To.IsZero())
	if l.From.IsZero() {
		l.From = first.date()
	}
	if l.To.IsZero() {
		l.To = last.date()
	}
}

// Match compares an appeal of the hub with its row, and returns how they differ;
// nil where they don't, or where neither was received in the window. The row is the
// one that has the id of the appeal's reference as its number; else one of the
// numbers that the appeal bears, for which numbers is asked only then.
func (l *Ledger) Match(v *journal.View, p *deadline.Practice, now time.Time, numbers func() ([]sdk.Number, error)) (*Difference, error) {
	s := stand(v, p, now)
	inside := !l.empty && within(s.received, l.From, l.To)
	k := l.take(l.byNumber, v.Source.ID)
	if k == nil && inside {
		all, err := numbers()
		if err != nil {
			return nil, err
		}
		k = l.takeNumbered(all)
	}
	if inside {
		l.appeals++
	}
	switch {
	case k == nil && !inside, k != nil && !inside && !l.inside(k):
		return nil, nil
	case k == nil:
		return &Difference{Kind: NotInExport, Number: v.Source.ID, Appeal: v.ID, Received: s.received}, nil
	}
	d := l.difference(Differs, k)
	d.Appeal, d.Received, d.Fields = v.ID, s.received, l.compare(k, &s)
	if len(d.Fields) == 0 {
		l.same++
		return nil, nil
	}
	return d, nil
}

// take returns the row under a number, once.
func (l *Ledger) take(index map[string]int32, number string) *kept {
	i, ok := index[number]
	if !ok || l.rows[i].taken {
		return nil
	}
	l.rows[i].taken = true
	return &l.rows[i]
}

func (l *Ledger) takeNumbered(all []sdk.Number) (k *kept) {
	for _, n := range all {
		switch n.System {
		case sdk.NumberPOS:
			k = l.take(l.byNumber, n.Value)
		case sdk.NumberEPGU:
			if l.byEPGU == nil {
				l.byEPGU = map[string]int32{}
				for i := range l.rows {
					l.byEPGU[l.rows[i].epgu] = int32(i)
				}
				delete(l.byEPGU, "")
			}
			k = l.take(l.byEPGU, n.Value)
		}
		if k != nil {
			return k
		}
	}
	return nil
}

func (l *Ledger) inside(k *kept) bool {
	return k.received == 0 || within(k.received.date(), l.From, l.To)
}

// Twice are the rows whose number came before, in the window.
func (l *Ledger) Twice() iter.Seq[*Difference] {
	return func(yield func(*Difference) bool) {
		for _, t := range l.twice {
			first := &l.rows[t[0]]
			d := l.difference(Twice, first)
			d.Row, d.OtherRow, d.Received = int(t[1]), d.Row, first.received.date()
			if l.inside(first) && !yield(d) {
				return
			}
		}
	}
}

// Left are the numbers of the rows in the window that no appeal has taken so far,
// in the file's order.
func (l *Ledger) Left() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range l.rows {
			if k := &l.rows[i]; !k.taken && l.inside(k) && !yield(k.number) {
				return
			}
		}
	}
}

// Lacking is the difference of a row that the hub has no appeal for.
func (l *Ledger) Lacking(number string) *Difference {
	k := &l.rows[l.byNumber[number]]
	d := l.difference(NotInHub, k)
	d.Received = k.received.date()
	return d
}

func (l *Ledger) difference(kind Kind, k *kept) *Difference {
	return &Difference{Kind: kind, Number: k.number, EPGU: k.epgu, Row: int(k.row)}
}

// Summary counts what was compared so far.
func (l *Ledger) Summary() Summary {
	out := Summary{Window: l.Window, Appeals: l.appeals, Same: l.same, NotKnown: []Unknown{}}
	unknown := map[wordID]int{}
	for i := range l.rows {
		k := &l.rows[i]
		if !l.inside(k) {
			out.Outside++
			continue
		}
		out.Rows++
		for _, w := range []wordID{k.stage, k.status, k.decision} {
			if w != 0 && !l.words.all[w].known {
				unknown[w]++
			}
		}
	}
	for _, w := range slices.Sorted(maps.Keys(unknown)) {
		out.NotKnown = append(out.NotKnown, Unknown{Column: l.words.all[w].column, Word: l.words.all[w].text, Rows: unknown[w]})
	}
	return out
}
