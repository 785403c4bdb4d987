//go:build services

package runbook

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
	"github.com/appealhub/appealhub/hub/bus"
)

// deadLetters has the EDMS refuse appeals, and messages come that can't be read.
func (s *scale) deadLetters(t *testing.T) {
	s.refuse(t, true)
	s.appeals(t, 0, 3)
	s.submit(t, "lost")
	letters := s.dead(t, 4)
	s.run(t, 0, "dlq-list")
	s.env["APPEAL"] = letters[0].Appeal
	if out := s.run(t, 0, "dlq-look"); !strings.Contains(out, "dead letter") {
		t.Error("the history does not tell of it")
	}
	s.env["DELIVERY"] = fmt.Sprint(s.letterOf(t, letters, "lost"))
	s.run(t, 0, "dlq-skip")
	s.refuse(t, false)
	s.run(t, 0, "dlq-replay")
	s.await(t, "all deliveries are settled", s.idle)
	s.byTopic(t)
	s.await(t, "all but one are registered", s.registered)
	s.inEDMS(t, s.items+len(s.keys))
	s.unreadable(t)
}

// byTopic replays a letter by its copy in the topic, where those that are settled
// lie too.
func (s *scale) byTopic(t *testing.T) {
	s.refuse(t, true)
	s.appeals(t, 0, 1)
	s.dead(t, 1)
	s.await(t, "its copy is in the topic", func(context.Context) (string, error) {
		if out := s.run(t, 0, "dlq-topic"); strings.Count(out, "delivery.dead") < 5 {
			return out, nil
		}
		return "", nil
	})
	s.refuse(t, false)
	if out, err := s.try(t, 0, "dlq-topic-replay"); err == nil || !strings.Contains(out, "1 replayed") || !strings.Contains(out, "4 left as they are") {
		t.Errorf("by the topic: %v", err)
	}
	s.await(t, "all deliveries are settled", s.idle)
}

// refuse has the EDMS refuse new documents, or take them again.
func (s *scale) refuse(t *testing.T, on bool) {
	t.Helper()
	if !on {
		must(t, stage.Call(t.Context(), "DELETE", s.set.RX+"/_sim/faults", nil, nil))
		return
	}
	must(t, stage.Call(t.Context(), "POST", s.set.RX+"/_sim/faults", map[string]any{"method": "POST", "path": "/Integration/odata/IRequests", "fault": "status", "status": 400, "body": "no"}, nil))
}

// letter is a dead letter.
type letter struct {
	ID     int64  `json:"id"`
	Appeal string `json:"appeal"`
}

// dead waits for so many dead letters.
func (s *scale) dead(t *testing.T, n int) []letter {
	t.Helper()
	var page struct{ Items []letter }
	s.await(t, fmt.Sprintf("%d dead letters", n), func(ctx context.Context) (string, error) {
		err := stage.Call(ctx, "GET", s.hub()+"/api/v1/dead-letters", nil, &page)
		if len(page.Items) != n {
			return fmt.Sprintf("%d", len(page.Items)), err
		}
		return "", err
	})
	return page.Items
}

// letterOf is the delivery of the submission with the key.
func (s *scale) letterOf(t *testing.T, letters []letter, key string) int64 {
	t.Helper()
	var appeal struct {
		ID string `json:"id"`
	}
	must(t, stage.Call(t.Context(), "GET", s.hub()+"/api/v1/appeals/by-ref/api/"+key, nil, &appeal))
	for _, l := range letters {
		if l.Appeal == appeal.ID {
			return l.ID
		}
	}
	t.Fatalf("%s is no dead letter", key)
	return 0
}

// unreadable sends a message that names a file before it is there, and a broken
// one.
func (s *scale) unreadable(t *testing.T) {
	s.send(t, "late", `{"kind": "message", "channel": "site", "text": "Яма", "applicant": {"surname": "Иванова"},
 "attachments": [{"id": "1", "name": "a.txt", "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]}`)
	late := s.parked(t, 1)
	s.run(t, 0, "dlq-parked")
	if out, err := exec.CommandContext(t.Context(), "curl", "-sSf", "-H", "Content-Type: text/plain", "--data-binary", "abc", s.hub()+"/api/v1/attachments").CombinedOutput(); err != nil {
		t.Fatalf("upload: %v: %s", err, out)
	}
	s.run(t, 0, "dlq-reread")
	s.parked(t, 0)
	s.keys = append(s.keys, "late")
	s.await(t, "it is registered", s.registered)
	s.send(t, "broken", "{")
	broken := s.parked(t, 1)
	if broken[0] == late[0] {
		t.Error("the same is parked")
	}
	s.env["PARKED"] = fmt.Sprint(broken[0])
	s.run(t, 0, "dlq-dismiss")
	s.parked(t, 0)
}

// parked waits for so many parked messages of the API's and returns their ids.
func (s *scale) parked(t *testing.T, n int) (ids []int64) {
	t.Helper()
	s.await(t, fmt.Sprintf("%d parked", n), func(ctx context.Context) (string, error) {
		var page struct {
			Items []struct {
				ID json.Number `json:"id"`
			}
		}
		err := stage.Call(ctx, "GET", s.hub()+"/api/v1/parked?link=api", nil, &page)
		if len(page.Items) != n {
			return fmt.Sprintf("%d", len(page.Items)), err
		}
		ids = ids[:0]
		for _, one := range page.Items {
			id, err := one.ID.Int64()
			if err != nil {
				return "", err
			}
			ids = append(ids, id)
		}
		return "", err
	})
	return ids
}

// send publishes an appeal into the inbound topic, as any program may.
func (s *scale) send(t *testing.T, key, document string) {
	t.Helper()
	cfg, err := bus.ParseAddress(s.bus)
	must(t, err)
	k, err := bus.Open(t.Context(), cfg, nil)
	must(t, err)
	defer k.Close()
	inbound, _, _ := k.Topics()
	headers := bus.CloudEvent(uuid.NewString(), "urn:test", bus.TypeAppeal, time.Now(), "application/json", bus.Header{Name: bus.HeaderLink, Value: "api"})
	_, err = k.Publish(t.Context(), inbound, bus.Message{Key: "api/" + key, Value: []byte(document), Headers: headers})
	must(t, err)
}
