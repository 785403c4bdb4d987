package intake

import (
	"bytes"
	"sync"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/sdk"
)

// lately keeps this node's submissions on their way through the inbound topic: what comes
// back as it was sent, byte for byte, need not be decoded and validated a second time.
type lately struct {
	mu    sync.Mutex
	byKey map[string]submission
	order [latelyMost]string // keys as they were put, the oldest at next
	next  int
}

type submission struct {
	value  []byte
	appeal sdk.Appeal
}

// What is kept of submissions at most: so many, and of so many bytes each.
const (
	latelyMost = 512
	latelySize = 16 << 10
)

// put keeps a submission that goes to the topic as m. One with attachments, whose sizes
// are filled in on the way, is not kept.
func (l *lately) put(m *bus.Message, a *sdk.Appeal) {
	if len(m.Value) > latelySize || len(a.Attachments) > 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byKey == nil {
		l.byKey = map[string]submission{}
	}
	delete(l.byKey, l.order[l.next])
	l.order[l.next] = m.Key
	l.next = (l.next + 1) % len(l.order)
	l.byKey[m.Key] = submission{m.Value, *a}
}

// take returns the appeal that went to the topic as m, if it is kept, and forgets it.
func (l *lately) take(m *bus.Message) (sdk.Appeal, bool) {
	l.mu.Lock()
	s, ok := l.byKey[m.Key]
	delete(l.byKey, m.Key)
	l.mu.Unlock()
	if !ok || !bytes.Equal(s.value, m.Value) {
		return sdk.Appeal{}, false
	}
	return s.appeal, true
}

// readAppealOf reads the appeal of a message as ReadAppeal does.
func (in *Intake) readAppealOf(m *bus.Message) (sdk.Appeal, error) {
	if a, ok := in.lately.take(m); ok {
		return a, nil
	}
	return ReadAppeal(m.Value)
}
