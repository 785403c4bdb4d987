package route_test

import (
	"testing"

	"github.com/appealhub/appealhub/hub/route"
	"github.com/appealhub/appealhub/sdk"
)

// BenchmarkMatch measures one look-up in a table of three rules, the last of
// which matches.
func BenchmarkMatch(b *testing.B) {
	a := appeal()
	for name, rules := range map[string][]route.Rule{
		"plain": {
			{From: "mail", To: []string{"rx"}},
			{From: "api", To: []string{"rx"}},
			{From: "pos", To: []string{"rx"}},
		},
		"condition": {
			{From: "mail", To: []string{"rx"}},
			{From: "api", To: []string{"rx"}},
			{From: "pos", To: []string{"rx"}, When: `appeal.kind == "message" || appeal.fast_track`},
		},
		"long condition": {
			{From: "pos", To: []string{"rx"}, When: `appeal.category.id in ["12", "13", "14"] && appeal.place.oktmo.startsWith("46") && !appeal.confidential`},
		},
		"list": {
			{From: "pos", To: []string{"rx"}, When: `appeal.numbers.exists(n, n.system == "epgu")`},
		},
	} {
		table, err := route.Compile(rules)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok, err := table.Match("pos", "adm", a); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
}

func appeal() *sdk.Appeal {
	return &sdk.Appeal{
		Kind:     sdk.KindMessage,
		Channel:  sdk.ChannelPOS,
		Category: sdk.Term{ID: "14", Name: "Дороги"},
		Place:    sdk.Place{OKTMO: "46748000", Region: "Московская область"},
		Numbers:  []sdk.Number{{System: sdk.NumberPOS, Value: "327441806"}, {System: sdk.NumberEPGU, Value: "6668478383"}},
		Text:     "Яма на дороге",
		Applicant: sdk.Applicant{
			Surname: "Иванов",
		},
		Attachments: []sdk.Attachment{{ID: "1", Name: "яма.jpg", MediaType: "image/jpeg"}},
	}
}
