// Package seldom keeps a log from saying the same thousands of times: an outage of a day
// is met by everything that goes on meanwhile.
package seldom

import (
	"sync"
	"time"
)

// Every is the time between two lines of the same.
const Every = 10 * time.Minute

// most bounds what is remembered.
const most = 256

// Lines remembers what was said. Its zero value remembers nothing yet.
type Lines struct {
	mu   sync.Mutex
	said map[string]time.Time
}

// Due reports whether the line is to be said, which was not for Every.
func (l *Lines) Due(line string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if last, ok := l.said[line]; ok && now.Sub(last) < Every {
		return false
	}
	if l.said == nil || len(l.said) >= most {
		l.said = map[string]time.Time{}
	}
	l.said[line] = now
	return true
}
