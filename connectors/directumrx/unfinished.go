package directumrx

import (
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// unfinishedRule says how long a document that is done may lack what its status
// rests on before a person is told.
type unfinishedRule struct {
	After time.Duration `yaml:"after"` // 0: never
	Since string        `yaml:"since"` // the time of the document's last change; empty, or not given there: since when it is seen so
}

// defaultUnfinished outlasts a weekend.
const defaultUnfinished = 72 * time.Hour

func (r unfinishedRule) validate(v *faults) {
	v.identifier("unfinished.since", r.Since)
	if r.After < 0 {
		v.add("unfinished.after: %s is less than nothing", r.After)
	}
}

// missing says what a document that is done lacks: it counts as in work until
// that comes. Empty where it lacks nothing, or is not done.
func (s snapshot) missing() string {
	m, _ := s.meaning()
	running := s.profile.Execution[s.execution]
	switch {
	case m.Status != sdk.StatusInWork || !running.Final || !running.Status.Final():
		return ""
	case s.letter.draft:
		return "its answer letter is a draft"
	case s.letter.id == 0 && s.noResults():
		return "it has no answer letter"
	}
	return "a question of it is still open"
}

// unfinished turns the change of a document that lacks something for longer than
// the profile allows into one that is parked, with what is missing. It says
// nothing of the appeal's status.
func (c *Connector) unfinished(id int64, s snapshot, change *sdk.StatusChange) {
	missing, rule := s.missing(), c.cfg.profile.Unfinished
	if missing == "" || rule.After == 0 {
		c.waiting.over(id)
		return
	}
	since := s.changed
	if since.IsZero() {
		since = c.waiting.note(id, func(seen time.Time) time.Time {
			if seen.IsZero() {
				return c.now()
			}
			return seen
		})
	}
	if c.now().Sub(since) < rule.After {
		return
	}
	change.Status, change.Outcome = "", ""
	change.External = sdk.External{Code: "unfinished", Label: s.execution + ", but " + missing}
}
