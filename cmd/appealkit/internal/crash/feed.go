package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/load"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// feed makes appeals at the portal and submits some over the hub's API.
type feed struct {
	stage     *stage.Stage
	pace      pace
	seeded    int
	submitted int      // keys that the hub has taken
	ids       []string // the ids it gave them
	buffered  []string // keys whose ids it could not tell yet
	attempts  int      // of submissions: each goes to the next node
}

// pace is how fast appeals are made.
type pace struct {
	items   int // of a round
	burst   int // of one round in burstEvery
	backlog int // nothing is made while so many items are not accepted yet
	atMost  int // items in all; 0: until the end
	bare    int // of so many rounds one has items with files
}

// What is made in each round, and the time between rounds. Now and then a burst
// fills several pages of the portal's list.
const (
	roundFiles = 2
	roundTime  = 100 * time.Millisecond
	burstEvery = 30 // rounds
)

// steady is the pace of a test that goes on until it is told to end.
func steady() pace { return pace{items: 3, burst: 120, backlog: 400, bare: 1} }

// run feeds until ctx ends, and finishes the round it is in: what the hub may
// have taken is known.
func (f *feed) run(ctx context.Context) error {
	document, err := load.Document()
	if err != nil {
		return err
	}
	for n := 0; ctx.Err() == nil && (f.pace.atMost == 0 || f.seeded < f.pace.atMost); n++ {
		items := f.pace.items
		if n%burstEvery == burstEvery-1 {
			items = f.pace.burst
		}
		files := 0
		if n%f.pace.bare == 0 {
			files = roundFiles
		}
		if err := f.bounded(ctx, fmt.Sprintf("crash-%d", n), items, files, document); err != nil {
			return fmt.Errorf("feed: %w", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(roundTime):
		}
	}
	return nil
}

// bounded is one round, which outlives ctx but not for ever.
func (f *feed) bounded(ctx context.Context, key string, items, files int, document []byte) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
	defer cancel()
	return f.round(ctx, key, items, files, document)
}

func (f *feed) round(ctx context.Context, key string, items, files int, document []byte) error {
	var portal struct {
		Waiting int `json:"waiting"`
	}
	if err := stage.Call(ctx, "GET", f.stage.POS+"/_sim/summary", nil, &portal); err != nil {
		return err
	}
	if portal.Waiting < f.pace.backlog {
		if err := stage.Call(ctx, "POST", f.stage.POS+"/_sim/seed", map[string]int{"count": items, "files": files}, nil); err != nil {
			return err
		}
		f.seeded += items
	}
	return f.submit(ctx, key, document)
}

// submit repeats a submission under its key until the hub has taken it: a hub
// that is killed answers nothing.
func (f *feed) submit(ctx context.Context, key string, document []byte) error {
	for ctx.Err() == nil {
		id, status, err := f.post(ctx, key, document)
		switch {
		case err == nil && (status == http.StatusCreated || status == http.StatusOK): // OK: it had taken it before
			f.submitted++
			f.ids = append(f.ids, id)
			return nil
		case err == nil && status == http.StatusAccepted:
			f.submitted++
			f.buffered = append(f.buffered, key)
			return nil
		case err == nil && status/100 == 4 && status != http.StatusConflict:
			return fmt.Errorf("the hub refused a submission with status %d", status)
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	return ctx.Err()
}

// postTime bounds a submission: a node may be frozen.
const postTime = 20 * time.Second

// resolve learns the ids of what was buffered.
func (f *feed) resolve(ctx context.Context) error {
	for _, key := range f.buffered {
		var appeal struct {
			ID string `json:"id"`
		}
		if err := stage.Call(ctx, "GET", f.stage.HubURL+"/api/v1/appeals/by-ref/api/"+key, nil, &appeal); err != nil {
			return err
		}
		f.ids = append(f.ids, appeal.ID)
	}
	f.buffered = nil
	return nil
}

func (f *feed) post(ctx context.Context, key string, document []byte) (id string, status int, err error) {
	node := f.stage.Nodes[f.attempts%len(f.stage.Nodes)]
	f.attempts++
	ctx, cancel := context.WithTimeout(ctx, postTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, node.URL+"/api/v1/appeals", bytes.NewReader(document))
	if err != nil {
		return "", 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer resp.Body.Close()
	var taken struct {
		ID string `json:"id"`
	}
	err = json.NewDecoder(resp.Body).Decode(&taken)
	return taken.ID, resp.StatusCode, err
}
