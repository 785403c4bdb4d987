package crash

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/load"
	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
	"github.com/appealhub/appealhub/hub/bus"
)

// early sends the status of a record that the EDMS is only about to make, and
// then the appeal that becomes it: the status waits for its receipt and is the
// appeal's.
func (s *scale) early(ctx context.Context) error {
	seen, err := s.look(ctx)
	if err != nil {
		return err
	}
	last := int64(0)
	for _, d := range seen.requests {
		last = max(last, d.ID)
	}
	for id := range seen.letters {
		last = max(last, id)
	}
	if err := s.announce(ctx, last+1); err != nil {
		return err
	}
	document, err := load.Document()
	if err != nil {
		return err
	}
	if err := s.feed.submit(ctx, "early", document); err != nil {
		return err
	}
	return s.await(ctx, time.Minute, s.arrived)
}

// announce publishes a status of a record to be, as any program may.
func (s *scale) announce(ctx context.Context, record int64) error {
	cfg, err := bus.ParseAddress("kafka://" + strings.Join(s.servers.KafkaBrokers(), ",") + busOptions)
	if err != nil {
		return err
	}
	k, err := bus.Open(ctx, cfg, nil)
	if err != nil {
		return err
	}
	value := fmt.Sprintf(`{"id":"early","ref":{"link":"rx","id":"%d"},"status":"in_work","external":{"code":"early"},"at":"2026-01-02T03:04:05Z"}`, record)
	_, err = k.Publish(ctx, cfg.Inbound(), bus.Message{
		Key: fmt.Sprintf("rx/%d", record), Value: []byte(value),
		Headers: bus.CloudEvent(uuid.NewString(), "urn:crash", bus.TypeChange, time.Now(), "application/json", bus.Header{Name: bus.HeaderLink, Value: "rx"}),
	})
	return errors.Join(err, k.Close())
}

// arrived wants the status in the history of the appeal that came after it.
func (s *scale) arrived(ctx context.Context) error {
	var appeal struct {
		ID string `json:"id"`
	}
	if err := stage.Call(ctx, "GET", s.stage.HubURL+"/api/v1/appeals/by-ref/api/early", nil, &appeal); err != nil {
		return errStill("the appeal is not there")
	}
	var history struct {
		Items []struct {
			SourceID string `json:"source_id"`
			Kind     string `json:"kind"`
		} `json:"items"`
	}
	if err := stage.Call(ctx, "GET", s.stage.HubURL+"/api/v1/appeals/"+appeal.ID+"/history", nil, &history); err != nil {
		return err
	}
	for _, e := range history.Items {
		if e.Kind == "status.changed" && e.SourceID == "early" {
			return nil
		}
	}
	return errStill("the status that came before its receipt is not the appeal's")
}
