package hub

import (
	"testing"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// BenchmarkPlan plans what comes with every appeal: its reception, a delivery that
// was done, and a change of status.
func BenchmarkPlan(b *testing.B) {
	p := testPlanner(b)
	a := legal()
	first := p.Plan(journal.State{}, received(a))
	first.View.ID, first.View.Source, first.View.Kind = "a1", a.Ref, a.Kind
	known := journal.State{View: first.View}
	for name, in := range map[string]journal.Input{
		"received": received(a),
		"done":     {Kind: journal.DeliveryDone, At: at(13, 0), Link: "rx", Done: &journal.Delivery{Link: "rx", Verb: journal.VerbAppeal}},
		"changed":  changed("rx", sdk.StatusChange{Status: sdk.StatusInWork, At: at(12, 0)}),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			s := known
			if in.Appeal != nil {
				s = journal.State{}
			}
			for b.Loop() {
				p.Plan(s, in)
			}
		})
	}
}
