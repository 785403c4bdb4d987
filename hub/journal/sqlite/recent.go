package sqlite

import "github.com/appealhub/appealhub/sdk"

// recent keeps the appeals that the writer had in hand last, as the database
// has them, so that an appeal which is delivered and settled at once is neither
// read nor decoded again. A transaction takes an appeal out and puts it back
// with its commit: what a rollback leaves behind is forgotten.
type recent struct {
	appeals map[string]*appeal
	order   [512]string // ids in the order in which they were put, oldest at next
	next    int
}

// freshLimit is the size of a body, in bytes, above which an appeal's content is
// not kept.
const freshLimit = 16 << 10

func (r *recent) take(id string) *appeal {
	a := r.appeals[id]
	delete(r.appeals, id)
	return a
}

func (r *recent) put(a *appeal) {
	if a.slot == 0 || r.order[a.slot-1] != a.ID {
		delete(r.appeals, r.order[r.next])
		r.order[r.next] = a.ID
		a.slot = r.next + 1
		r.next = a.slot % len(r.order)
	}
	r.appeals[a.ID] = a
}

// find returns the appeal with the id; ErrNotFound if there is none. All of a
// transaction work on one copy.
func (t *tx) find(id string) (*appeal, error) {
	if a := t.used[id]; a != nil {
		return a, nil
	}
	a := t.recent.take(id)
	if a == nil {
		var err error
		if a, err = findAppeal(t.c, id); err != nil {
			return nil, err
		}
	}
	t.use(a)
	return a, nil
}

func (t *tx) use(a *appeal) {
	if t.used == nil {
		t.used = map[string]*appeal{}
	}
	t.used[a.ID] = a
}

// keep remembers the content of the appeal's latest version for those who
// deliver it at once.
func (t *tx) keep(a *appeal, content *sdk.Appeal, size int) {
	a.fresh = nil
	if size <= freshLimit {
		bare := *content
		bare.ID, bare.Revision, bare.AckID = "", 0, ""
		a.fresh = &bare
	}
}
