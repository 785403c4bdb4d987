package journal

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStranded(t *testing.T) {
	behind := func(verbs ...Verb) (all []Delivery) {
		for i, v := range verbs {
			all = append(all, Delivery{ID: int64(i + 1), Verb: v, Event: int64(i/2 + 1)}) // two deliveries an event
		}
		return all
	}
	for name, c := range map[string]struct {
		behind []Delivery
		want   []int64
	}{
		"nothing":                    {nil, nil},
		"files":                      {behind(VerbAttachment, VerbAttachment), []int64{1, 2}},
		"a status with its file":     {behind(VerbAttachment, VerbAttachment, VerbAttachment, VerbStatus), []int64{1, 2, 3, 4}},
		"news of a term":             {behind(VerbDeadline, VerbAttachment), []int64{2}},
		"a revision with a file":     {behind(VerbAttachment, VerbAttachment, VerbAppeal, VerbAttachment), []int64{1, 2}},
		"a revision, its file first": {behind(VerbAttachment, VerbAttachment, VerbAttachment, VerbAppeal), []int64{1, 2}},
	} {
		var got []int64
		for _, d := range Stranded(c.behind) {
			got = append(got, d.ID)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
