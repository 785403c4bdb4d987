package directumrxsim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// The steps of a script.
const (
	Take     = "take"     // an official takes the document into work
	Register = "register" // it gets a number, a date and a term
	Answer   = "answer"   // an answer letter goes out, the questions get their result
	Forward  = "forward"  // it goes to another body
	Refuse   = "refuse"   // it is not taken for consideration; a letter says why
	Extend   = "extend"   // the term is prolonged
	Leave    = "leave"    // it is left without answer
	Close    = "close"    // it is taken off control
	Reopen   = "reopen"   // it is considered again
	Set      = "set"      // properties get values, even ones that the service would refuse
)

// Step is one thing that an official does.
type Step struct {
	After  simkit.Duration `json:"after,omitempty"`  // since the step before, or since the document came
	Do     string          `json:"do"`               // one of the steps
	Number string          `json:"number,omitempty"` // register, answer: default counted
	Text   string          `json:"text,omitempty"`   // answer, forward, refuse: of the letter; extend: the reason
	Result string          `json:"result,omitempty"` // answer: ReviewResult; default Explained
	To     string          `json:"to,omitempty"`     // forward: name of the body
	Days   int             `json:"days,omitempty"`   // extend: default 30
	File   *File           `json:"file,omitempty"`   // answer, forward, refuse: in place of a text file of Text
	Values map[string]any  `json:"values,omitempty"` // set: texts, times, numbers, booleans and null by property
}

// File is a body's content, given in one of three ways.
type File struct {
	Name        string `json:"name"`                   // its extension counts
	Content     []byte `json:"content,omitempty"`      // base64
	ContentText string `json:"content_text,omitempty"` // UTF-8
	Size        int64  `json:"size,omitempty"`         // so many bytes, made by the seed
}

// DefaultScript is taken into work, registered and answered, within three
// seconds.
func DefaultScript() []Step {
	second := simkit.Duration(time.Second)
	return []Step{{Do: Take, After: second}, {Do: Register, After: second}, {Do: Answer, After: second}}
}

// script says what happens to documents in whose texts match occurs.
type script struct {
	Match string `json:"match"` // empty: what no other script matches
	Steps []Step `json:"script"`
	Again []Step `json:"again,omitempty"` // on repeated consideration; default: Steps without register
}

// mostDays bounds a prolongation: ten years.
const mostDays = 3660

func (c script) validate() error {
	for i, step := range slices.Concat(c.Steps, c.Again) {
		switch {
		case !slices.Contains([]string{Take, Register, Answer, Forward, Refuse, Extend, Leave, Close, Reopen, Set}, step.Do):
			return fmt.Errorf("step %d: do: %q is unknown", i+1, step.Do)
		case step.Result != "" && !slices.Contains(strings.Fields(reviewResults), step.Result):
			return fmt.Errorf("step %d: result: %q is no ReviewResult", i+1, step.Result)
		case step.Do == Forward && step.To == "":
			return fmt.Errorf("step %d: to: is required for forward", i+1)
		case step.Do == Set && len(step.Values) == 0:
			return fmt.Errorf("step %d: values: is required for set", i+1)
		case step.Days < 0 || step.Days > mostDays:
			return fmt.Errorf("step %d: days: want 0 to %d", i+1, mostDays)
		case step.File != nil && (step.File.Size < 0 || step.File.Size > simkit.MaxFile):
			return fmt.Errorf("step %d: file.size: want 0 to %d", i+1, simkit.MaxFile)
		}
	}
	return nil
}

func (c script) again() []Step {
	if c.Again != nil {
		return c.Again
	}
	return slices.DeleteFunc(slices.Clone(c.Steps), func(step Step) bool { return step.Do == Register })
}

// course is what becomes of a document that came in.
type course struct {
	script   script
	round    int // of consideration, from 1
	finished bool
	plan     int             // counts plans, so that what an older one had left is not done
	changes  int             // times a client changed it
	asked    map[string]bool // requests for repeated consideration that were read
	expects  bool            // the properties said that it is repeated; the text has yet to come
	history  []happening
}

type happening struct {
	At    time.Time `json:"at"`
	Round int       `json:"round"`
	Do    string    `json:"do"`
}

// scriptFor finds a document's script. The caller holds the lock.
func (s *Sim) scriptFor(e *entity) script {
	var texts []string
	for _, p := range e.typ.order {
		texts = append(texts, e.text(p.name))
	}
	all := strings.Join(texts, "\n")
	chosen := script{Steps: s.cfg.Script}
	for _, c := range s.scripts {
		switch {
		case c.Match == "":
			chosen = c
		case strings.Contains(all, c.Match):
			return c
		}
	}
	return chosen
}

// remember adds a script, or replaces the one with the same match.
func (s *Sim) remember(c script) {
	s.scripts = append(slices.DeleteFunc(s.scripts, func(old script) bool { return old.Match == c.Match }), c)
}
