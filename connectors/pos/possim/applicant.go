package possim

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// applicant is a script: what the applicant does once a final answer is there.
// One who asks for repeated consideration does so after the first final answer,
// and rates the one that follows.
type applicant struct {
	Rate    int             `json:"rate"`    // 1 to 5; 0: never
	Comment string          `json:"comment"` // of the rating
	Rework  reason          `json:"rework"`
	After   simkit.Duration `json:"after"` // from the answer on
}

// reason is a text, given as such or as {"reason": "…"}.
type reason string

// UnmarshalJSON reads either form.
func (r *reason) UnmarshalJSON(b []byte) error {
	if !bytes.HasPrefix(b, []byte("{")) {
		return json.Unmarshal(b, (*string)(r))
	}
	var object struct {
		Reason string `json:"reason"`
	}
	err := json.Unmarshal(b, &object)
	*r = reason(object.Reason)
	return err
}

// react plans what the applicant does about a final answer.
func (s *Sim) react(item *record) {
	script, round := item.script, item.round
	again := script.Rework != "" && round == 1
	if !again && script.Rate == 0 {
		return
	}
	s.kit.Timetable.At(s.kit.Clock.Now().Add(time.Duration(script.After)), func(at time.Time) {
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case item.round != round: // somebody asked for repeated consideration in the meantime
		case again:
			s.askRework(item, string(script.Rework), at)
		default:
			s.rate(item, script.Rate, script.Comment, at)
		}
	})
}

// askRework opens an item again and serves it with the request.
func (s *Sim) askRework(item *record, why string, at time.Time) {
	item.round++
	item.closed = false
	asked := rework{Number: item.round - 1, Reason: why, CreatedAt: at}
	item.reworks = append(item.reworks, asked)
	item.members.set("repeatedConsideration", asked)
	s.wait(item)
}

// rate serves an item with the applicant's mark.
func (s *Sim) rate(item *record, value int, comment string, at time.Time) {
	given := rating{Value: value, Comment: comment, CreatedAt: at}
	item.ratings = append(item.ratings, given)
	item.members.set("answerRating", given)
	s.wait(item)
}
