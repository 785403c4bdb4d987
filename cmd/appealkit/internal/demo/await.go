package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
	"github.com/appealhub/appealhub/testdata"
)

// item is what the portal says became of an appeal.
type item struct {
	Name     string            `json:"name"`
	Accepted bool              `json:"accepted"`
	Closed   bool              `json:"closed"`
	Answers  []json.RawMessage `json:"answers"`
	Reworks  []json.RawMessage `json:"reworks"`
	Ratings  []json.RawMessage `json:"ratings"`
}

// end is what must have happened to an appeal.
type end struct{ reworks, ratings int }

func endOf(f testdata.Fixture) (end, error) {
	if f.Applicant == nil {
		return end{}, nil
	}
	var applicant struct {
		Rate   int             `json:"rate"`
		Rework json.RawMessage `json:"rework"`
	}
	if err := json.Unmarshal(f.Applicant, &applicant); err != nil {
		return end{}, fmt.Errorf("%s: applicant: %w", f.Name, err)
	}
	var e end
	if applicant.Rate > 0 {
		e.ratings = 1
	}
	if len(applicant.Rework) > 0 && string(applicant.Rework) != `""` {
		e.reworks = 1
	}
	return e, nil
}

// reached reports whether the portal has the final answer and the hub has taken
// everything the applicant did.
func (e end) reached(i item) bool {
	return i.Closed && i.Accepted && len(i.Answers) > 0 && len(i.Reworks) == e.reworks && len(i.Ratings) == e.ratings
}

// await waits until every appeal has come to its end.
func (d *demo) await(ctx context.Context, fixtures []testdata.Fixture) error {
	ends := map[string]end{}
	for _, f := range fixtures {
		e, err := endOf(f)
		if err != nil {
			return err
		}
		ends[f.Name] = e
	}
	for {
		var items []item
		if err := stage.Call(ctx, "GET", d.stage.POS+"/_sim/items", nil, &items); err != nil {
			return err
		}
		open := still(items, ends)
		if len(open) == 0 && len(items) >= len(fixtures) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d appeals did not come to their end: %s", len(open), strings.Join(open, ", "))
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// still lists the fixtures that are under way.
func still(items []item, ends map[string]end) []string {
	var open []string
	for _, i := range items {
		if e, ours := ends[i.Name]; ours && !e.reached(i) {
			open = append(open, i.Name)
		}
	}
	return open
}
