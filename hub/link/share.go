package link

import "golang.org/x/time/rate"

// SetShare gives this node n of the calls at once, and that part of the rate, that
// the configuration allows all nodes together. It does not wait: false says that
// more calls are under way, and that it is to be asked again. Without it a link has
// all.
func (l *Link) SetShare(n int) (reached bool) {
	if !l.sharing.TryLock() {
		return false // it is being closed
	}
	defer l.sharing.Unlock()
	others := cap(l.slots) - max(0, min(n, cap(l.slots)))
	for int(l.reserved.Load()) > others {
		<-l.slots
		l.reserved.Add(-1)
	}
	for int(l.reserved.Load()) < others {
		select {
		case l.slots <- struct{}{}:
			l.reserved.Add(1)
		default:
			return false
		}
	}
	if l.limiter != nil {
		l.limiter.SetLimit(rate.Limit(l.cfg.Rate * float64(cap(l.slots)-others) / float64(cap(l.slots))))
	}
	return true
}

// Share is how many calls at once are this node's. It waits for nothing.
func (l *Link) Share() int { return cap(l.slots) - int(l.reserved.Load()) }
