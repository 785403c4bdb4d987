package runbook

import (
	"errors"
	"fmt"
	"testing"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/crash"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// portalItem is what the portal says became of an item.
type portalItem struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Accepted bool   `json:"accepted"`
	Answers  []struct {
		Round int  `json:"round"`
		Late  bool `json:"late"`
		Body  struct {
			Answer           bool   `json:"answer"`
			AppealAnswerType string `json:"appealAnswerType"`
		} `json:"body"`
	} `json:"answers"`
	Reworks []any `json:"reworks"`
	Ratings []any `json:"ratings"`
}

// wrong says what is wrong with an item: each round of consideration has one final
// answer, and nothing after it.
func (i portalItem) wrong() error {
	var errs []error
	finals := map[int]int{}
	for _, a := range i.Answers {
		if a.Late {
			errs = append(errs, fmt.Errorf("item %s: something was told after the final answer", i.ID))
		}
		if a.Body.Answer && a.Body.AppealAnswerType != "POSTPONED" {
			finals[a.Round]++
		}
	}
	for round := 1; round <= 1+len(i.Reworks); round++ {
		if n := finals[round]; n != 1 {
			errs = append(errs, fmt.Errorf("item %s: %d final answers in round %d", i.ID, n, round))
		}
	}
	if !i.Accepted {
		errs = append(errs, fmt.Errorf("item %s: not accepted", i.ID))
	}
	return errors.Join(errs...)
}

// once waits until everything is done; then every appeal must be in the EDMS once,
// and every item answered once.
func (p *play) once(t *testing.T) {
	t.Helper()
	p.await(t, "all appeals are answered", p.answered)
	p.await(t, "all deliveries are settled", p.idle)
	var items []portalItem
	must(t, stage.Call(t.Context(), "GET", p.set.POS+"/_sim/items", nil, &items))
	for _, i := range items {
		if err := i.wrong(); err != nil {
			t.Error(err)
		}
	}
	p.inEDMS(t, p.items+len(p.keys))
}

// inEDMS wants so many documents, and nothing there twice.
func (p *play) inEDMS(t *testing.T, documents int) {
	t.Helper()
	var rx struct {
		Counts     map[string]int                            `json:"counts"`
		Duplicates struct{ Documents, Correspondents []any } `json:"duplicates"`
	}
	must(t, stage.Call(t.Context(), "GET", p.set.RX+"/_sim/state", nil, &rx))
	if n := len(rx.Duplicates.Documents) + len(rx.Duplicates.Correspondents); n > 0 || rx.Counts["IRequests"] != documents {
		t.Errorf("the EDMS has %d documents for %d appeals; %d documents and correspondents are there twice", rx.Counts["IRequests"], documents, n)
	}
}

// whole is once, and compares every file and number of both sides; for appeals
// without repeated consideration.
func (p *play) whole(t *testing.T) {
	t.Helper()
	p.once(t)
	var ids []string
	for _, key := range p.keys {
		var appeal struct {
			ID string `json:"id"`
		}
		must(t, stage.Call(t.Context(), "GET", p.hub()+"/api/v1/appeals/by-ref/api/"+key, nil, &appeal))
		ids = append(ids, appeal.ID)
	}
	if err := crash.Compare(t.Context(), p.set, ids, t.Output()); err != nil {
		t.Error(err)
	}
}
