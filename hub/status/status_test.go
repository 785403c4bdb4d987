package status_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/appealhub/appealhub/hub/status"
	"github.com/appealhub/appealhub/sdk"
)

// TestLegal names the moves that carry the rules.
func TestLegal(t *testing.T) {
	for _, c := range []struct {
		from, to sdk.Status
		want     bool
	}{
		{"", sdk.StatusReceived, true},
		{"", sdk.StatusAnswered, false},
		{sdk.StatusReceived, sdk.StatusDelivered, true},
		{sdk.StatusReceived, sdk.StatusAnswered, true}, // systems skip stages
		{sdk.StatusDelivered, sdk.StatusReceived, false},
		{sdk.StatusRegistered, sdk.StatusDelivered, false},
		{sdk.StatusInWork, sdk.StatusRegistered, false},
		{sdk.StatusInWork, sdk.StatusPostponed, true},
		{sdk.StatusPostponed, sdk.StatusPostponed, true}, // a second interim answer
		{sdk.StatusPostponed, sdk.StatusInWork, true},
		{sdk.StatusForwarded, sdk.StatusAnswered, true},
		{sdk.StatusAnswered, sdk.StatusForwarded, false},
		{sdk.StatusAnswered, sdk.StatusInWork, true}, // by reopening
		{sdk.StatusAnswered, sdk.StatusRegistered, false},
		{sdk.StatusRefused, sdk.StatusAnswered, true},
		{sdk.StatusAnswered, sdk.StatusRework, true},
		{sdk.StatusInWork, sdk.StatusRework, false},
		{sdk.StatusClosed, sdk.StatusRework, true},
		{sdk.StatusClosed, sdk.StatusInWork, false},
		{sdk.StatusRework, sdk.StatusAnswered, true},
		{"nonsense", "nonsense", false},
		{sdk.StatusInWork, "", false},
	} {
		if got := status.Legal(c.from, c.to); got != c.want {
			t.Errorf("Legal(%q, %q) = %v", c.from, c.to, got)
		}
	}
}

// TestMoves holds what is true of the table as a whole.
func TestMoves(t *testing.T) {
	out := map[sdk.Status]int{}
	in := map[sdk.Status]int{}
	for _, m := range status.Moves() {
		out[m.From]++
		in[m.To]++
		if !m.From.Valid() || !m.To.Valid() || m.From == m.To {
			t.Errorf("%v is no move between two statuses", m)
		}
		if !status.Legal(m.From, m.To) {
			t.Errorf("%v is not legal", m)
		}
		if m.Reopens && !m.From.Final() {
			t.Errorf("%v reopens what was not ended", m)
		}
		if m.From.Final() && !m.To.Final() && !m.Reopens && m.To != sdk.StatusRework {
			t.Errorf("%v takes up what was ended without saying so", m)
		}
	}
	for _, s := range sdk.Statuses() {
		if out[s] == 0 {
			t.Errorf("nothing follows %s", s)
		}
		if in[s] == 0 && s != sdk.StatusReceived {
			t.Errorf("nothing leads to %s", s)
		}
	}
	if in[sdk.StatusReceived] != 0 {
		t.Error("a move leads back to received")
	}
}

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.FixedZone("MSK", 3*60*60))

func TestDecide(t *testing.T) {
	midnight := noon.Add(-12 * time.Hour)
	for name, c := range map[string]struct {
		present sdk.Status
		change  sdk.StatusChange
		want    status.Verdict
	}{
		"next stage":                       {sdk.StatusRegistered, sdk.StatusChange{Status: sdk.StatusInWork, At: noon.Add(1)}, status.Applied},
		"stages skipped":                   {sdk.StatusReceived, sdk.StatusChange{Status: sdk.StatusAnswered, At: noon.Add(1)}, status.Applied},
		"same time":                        {sdk.StatusRegistered, sdk.StatusChange{Status: sdk.StatusInWork, At: noon}, status.Applied},
		"older":                            {sdk.StatusRegistered, sdk.StatusChange{Status: sdk.StatusInWork, At: noon.Add(-1)}, status.Stale},
		"older and illegal is stale":       {sdk.StatusAnswered, sdk.StatusChange{Status: sdk.StatusRegistered, At: noon.Add(-1)}, status.Stale},
		"older than what the hub set":      {sdk.StatusDelivered, sdk.StatusChange{Status: sdk.StatusRegistered, At: noon.Add(-time.Hour)}, status.Applied},
		"older than an appeal's beginning": {"", sdk.StatusChange{Status: sdk.StatusReceived, At: noon.Add(-time.Hour)}, status.Applied},
		"bare date of the same day":        {sdk.StatusRegistered, sdk.StatusChange{Status: sdk.StatusAnswered, At: midnight}, status.Applied},
		"bare date of the day before":      {sdk.StatusRegistered, sdk.StatusChange{Status: sdk.StatusAnswered, At: midnight.AddDate(0, 0, -1)}, status.Stale},
		"no time of its own":               {sdk.StatusRegistered, sdk.StatusChange{Status: sdk.StatusAnswered}, status.Applied},
		"second interim answer":            {sdk.StatusPostponed, sdk.StatusChange{Status: sdk.StatusPostponed, At: noon.Add(1)}, status.Applied},
		"back":                             {sdk.StatusInWork, sdk.StatusChange{Status: sdk.StatusRegistered, At: noon.Add(1)}, status.Illegal},
		"number only":                      {sdk.StatusInWork, sdk.StatusChange{Number: sdk.Number{Value: "1-ОГ"}, At: noon.Add(-time.Hour)}, status.NoStatus},
		"rating of a closed one":           {sdk.StatusClosed, sdk.StatusChange{Rating: sdk.Rating{Value: 5}}, status.NoStatus},
		"unmapped":                         {sdk.StatusInWork, sdk.StatusChange{External: sdk.External{Code: "OnRework"}, At: noon.Add(-time.Hour)}, status.Unmapped},
		"reopened with a time":             {sdk.StatusAnswered, sdk.StatusChange{Status: sdk.StatusInWork, At: noon.Add(1)}, status.Applied},
		"reopened at the ending's time":    {sdk.StatusAnswered, sdk.StatusChange{Status: sdk.StatusInWork, At: noon}, status.Illegal},
		"reopened without a time":          {sdk.StatusAnswered, sdk.StatusChange{Status: sdk.StatusInWork}, status.Illegal},
		"reopened by the day only":         {sdk.StatusAnswered, sdk.StatusChange{Status: sdk.StatusInWork, At: midnight}, status.Illegal},
		"closed is opened by nobody":       {sdk.StatusClosed, sdk.StatusChange{Status: sdk.StatusInWork, At: noon.Add(1)}, status.Illegal},
		"rework of a closed one":           {sdk.StatusClosed, sdk.StatusChange{Status: sdk.StatusRework, At: noon.Add(1)}, status.Applied},
		"an answer from before rework":     {sdk.StatusRework, sdk.StatusChange{Status: sdk.StatusAnswered, At: noon.Add(-time.Hour)}, status.Stale},
		"a status that is not one of ours": {sdk.StatusInWork, sdk.StatusChange{Status: "lost", At: noon.Add(1)}, status.Illegal},
	} {
		t.Run(name, func(t *testing.T) {
			if got := status.Decide(c.present, noon, c.change); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestSince(t *testing.T) {
	later := noon.Add(time.Second)
	for name, c := range map[string]struct {
		present  sdk.Status
		before   time.Time
		at, want time.Time
	}{
		"later":                                  {sdk.StatusInWork, noon, later, later},
		"an earlier time: the mark stays":        {sdk.StatusInWork, later, noon, later},
		"no time of its own: the mark stays":     {sdk.StatusInWork, noon, time.Time{}, noon},
		"earlier than the reception":             {sdk.StatusReceived, later, noon, noon},
		"no time of its own after the reception": {sdk.StatusDelivered, later, time.Time{}, time.Time{}},
	} {
		if got := status.Since(c.present, c.before, sdk.StatusChange{At: c.at}); !got.Equal(c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

// TestAt: the system's own time stands over the hub's, however old it is.
func TestAt(t *testing.T) {
	own := noon.AddDate(0, 0, -3)
	if got := status.At(sdk.StatusChange{At: own}, noon); !got.Equal(own) {
		t.Errorf("of a change with a time: %v", got)
	}
	if got := status.At(sdk.StatusChange{}, noon); !got.Equal(noon) {
		t.Errorf("of one without: %v", got)
	}
}

// TestConverges: whatever the order in which a system's changes come, the
// newest that is applied stands, and none older is applied after it.
func TestConverges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		present, since := sdk.StatusRegistered, noon
		for _, minutes := range rapid.SliceOfN(rapid.IntRange(-50, 50), 1, 12).Draw(t, "minutes") {
			c := sdk.StatusChange{
				Status: rapid.SampledFrom(sdk.Statuses()).Draw(t, "status"),
				At:     noon.Add(time.Duration(minutes) * time.Minute),
			}
			if status.Decide(present, since, c) != status.Applied {
				continue
			}
			if c.At.Before(since) {
				t.Fatalf("%s of %v was applied over %s of %v", c.Status, c.At, present, since)
			}
			if !status.Legal(present, c.Status) {
				t.Fatalf("%s was applied over %s", c.Status, present)
			}
			since, present = status.Since(present, since, c), c.Status
		}
	})
}
