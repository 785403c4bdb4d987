package demo

import (
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

// TestStays: whenever the play runs, one of the appeals that stay is overdue, two end
// within five days, and one ends on a date that may still change.
func TestStays(t *testing.T) {
	e, err := deadline.Standard()
	if err != nil {
		t.Fatal(err)
	}
	moscow := time.FixedZone("", 3*60*60)
	for day := range 400 {
		now := time.Date(2026, 11, 1+day, 12, 0, 0, 0, moscow)
		var left []int
		provisional := false
		for _, s := range stays(now) {
			f := deadline.Facts{Kind: sdk.KindMessage, Zone: moscow, Received: deadline.At(s.created), Registered: deadline.At(s.created)}
			if s.legal {
				f.Kind = sdk.KindAppeal
			}
			if !s.answerAt.IsZero() {
				f.AnswerAt = deadline.On(sdk.DateOf(s.answerAt))
			}
			terms := e.Terms(&f)
			answer, _ := terms.Find(deadline.Answer)
			left = append(left, int(answer.Due.In(moscow).Sub(sdk.DateOf(now).In(moscow))/(24*time.Hour)))
			provisional = answer.Provisional
		}
		if left[0] >= 0 || left[1] != 1 || left[2] != 4 || left[3] < 10 || !provisional {
			t.Errorf("%s: days left %v, provisional %v", now.Format(time.DateOnly), left, provisional)
		}
	}
}
