package directumrx

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
)

// rememberLacking is how long a stand is not asked again for navigations that it
// refused.
const rememberLacking = 5 * time.Minute

// shape is which of a document's navigations the stand refuses, and how it is
// asked for documents. A stand that lacks a navigation refuses the whole request.
type shape struct {
	mu    sync.Mutex
	lacks []string
	until time.Time
	byKey bool // it does not find documents by several ids at once
	most  int  // so many it does; 0: not known
}

// atOnce returns how many documents, up to wanted, the stand is asked for at once.
func (s *shape) atOnce(wanted int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.most > 0 {
		return min(s.most, wanted)
	}
	return wanted
}

// takes remembers that the stand, which refused more, gave n documents at once.
func (s *shape) takes(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.most == 0 || n < s.most {
		s.most = n
	}
}

// singly reports whether documents are read one by one.
func (s *shape) singly() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byKey
}

// becomeSingly has documents read one by one from now on; false where they are
// already.
func (s *shape) becomeSingly() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	news := !s.byKey
	s.byKey = true
	return news
}

// lacking returns the navigations that need not be asked for at a time.
func (s *shape) lacking(now time.Time) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Before(s.until) {
		return s.lacks
	}
	return nil
}

// learn remembers what the stand lacks; false where that is known already.
func (s *shape) learn(lacks []string, until time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	news := !slices.Equal(s.lacks, lacks)
	s.lacks, s.until = lacks, until
	return news
}

// shaped makes a request that expands what a state is read from, and returns the
// navigations that it was answered without. If it is refused, it is made again
// with each navigation by itself, and then with those that the stand has. Now and
// then the stand is asked for all of them again: it may have changed.
func (c *Connector) shaped(request func(expand string) error) (lacks []string, err error) {
	lacks = c.shape.lacking(c.now())
	asked := c.except(lacks)
	err = request(strings.Join(asked, ","))
	switch {
	case err == nil && len(lacks) == 0:
		if c.shape.learn(nil, time.Time{}) {
			c.log.Info("the stand gives all of the profile's navigations again")
		}
		return nil, nil
	case !notThatWay(err) || len(asked) == 0:
		return lacks, err
	}
	if lacks, err = c.probe(request, err); err != nil {
		return nil, err
	}
	if c.shape.learn(lacks, c.now().Add(rememberLacking)) {
		c.log.Warn("the stand refuses some of the profile's navigations", "refuses", lacks)
	}
	return lacks, nil
}

// probe finds out which navigations make the stand refuse a request, and makes
// the request without them. One that is refused without any of them as well is
// refused for another reason: that tells nothing of the stand.
func (c *Connector) probe(request func(expand string) error, refusal error) (lacks []string, err error) {
	if err := request(""); refused(err) {
		return nil, refusal
	} else if err != nil {
		return nil, err
	}
	for _, name := range c.navigations() {
		err := request(name)
		switch {
		case notThatWay(err):
			lacks = append(lacks, name)
		case err != nil:
			return nil, err
		}
	}
	return lacks, request(strings.Join(c.except(lacks), ","))
}

// notThatWay reports whether the stand refuses the form of a request.
func notThatWay(err error) bool {
	status := httpx.StatusOf(err)
	return status == http.StatusBadRequest || status == http.StatusNotImplemented
}

// navigations lists what a state is read from besides the document itself.
func (c *Connector) navigations() []string {
	p := c.cfg.profile
	return nonEmpty(p.Answer.Property, p.Questions.Property, p.Prolongations.Property, p.State.ForwardedTo, p.State.Executor)
}

// except lists the navigations that are not among some.
func (c *Connector) except(some []string) []string {
	return slices.DeleteFunc(c.navigations(), func(name string) bool { return slices.Contains(some, name) })
}
