package journaltest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// model drives a journal with random steps and holds it to what an EDMS would
// see: each revision once, none before an older one of the same appeal, all of
// them in the end.
func model(t *testing.T, store Store) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{T: rt, w: newWorld(t, store(t)), sent: map[string]int{}, got: map[string]int{}, out: map[int64]journal.Claimed{}}
		defer func() { m.w.stop() }() // of the last opening
		rt.Repeat(map[string]func(*rapid.T){
			"append":  m.append,
			"claim":   m.claim,
			"done":    m.done,
			"retry":   m.retry,
			"dead":    m.dead,
			"back":    m.back,
			"act":     m.act,
			"pass":    func(rt *rapid.T) { m.w.pass(time.Duration(rapid.IntRange(1, 90).Draw(rt, "s")) * time.Second) },
			"close":   m.close,
			"archive": m.archive,
			"restart": m.restart,
		})
		m.drain()
	})
}

type machine struct {
	*rapid.T
	w    *world
	sent map[string]int // source id → revisions appended
	got  map[string]int // source id → the last revision taken
	out  map[int64]journal.Claimed
	old  []journal.Claimed // leases that were lost: to another claim, an operator, a restart
}

func (m *machine) append(rt *rapid.T) {
	id := fmt.Sprint(rapid.IntRange(1, 4).Draw(rt, "appeal"))
	v := m.sent[id]
	if rapid.Bool().Draw(rt, "new") || v == 0 {
		v++
	}
	r := m.w.appeal(version(message(id, "rx"), fmt.Sprintf("v%d", v)))
	if fresh := v > m.sent[id]; fresh == (r.Outcome == journal.Duplicate) {
		m.Fatalf("appeal %s, version %d: %+v", id, v, r)
	}
	m.sent[id] = v
}

func (m *machine) claim(rt *rapid.T) {
	for _, c := range m.w.claim("rx", rapid.IntRange(1, 3).Draw(rt, "n")) {
		for _, other := range m.out {
			if other.Appeal == c.Appeal && m.w.now.Before(other.Until) {
				m.Fatalf("two of appeal %s are out", c.View.Source.ID)
			}
		}
		if before, ok := m.out[c.ID]; ok {
			m.old = append(m.old, before)
		}
		m.out[c.ID] = c
	}
}

// any is one of those out.
func (m *machine) any(rt *rapid.T) (journal.Claimed, bool) {
	for id := range m.out {
		if rapid.Bool().Draw(rt, "this") || len(m.out) == 1 {
			c := m.out[id]
			delete(m.out, id)
			return c, true
		}
	}
	return journal.Claimed{}, false
}

func (m *machine) give(c journal.Claimed, s journal.Settlement) {
	if err := m.w.trySettle(s); err != nil {
		m.Fatalf("under a lease until %v that nobody took: %v", c.Until, err)
	}
}

func (m *machine) done(rt *rapid.T) {
	if c, ok := m.any(rt); ok {
		m.give(c, receipt(c, "doc-"+c.View.Source.ID))
		m.take(c)
	}
	if len(m.old) > 0 {
		if err := m.w.trySettle(receipt(m.old[0], "x")); !errors.Is(err, journal.ErrLease) {
			m.Fatalf("a lost lease was taken: %v", err)
		}
	}
}

func (m *machine) take(c journal.Claimed) {
	id := c.View.Source.ID
	if c.Payload.Revision != m.got[id]+1 {
		m.Fatalf("appeal %s: revision %d after %d", id, c.Payload.Revision, m.got[id])
	}
	m.got[id] = c.Payload.Revision
}

func (m *machine) retry(rt *rapid.T) {
	if c, ok := m.any(rt); ok {
		s := failed(c, journal.SettleRetry, sdk.Transient)
		s.Due = m.w.now.Add(time.Duration(rapid.IntRange(0, 30).Draw(rt, "wait")) * time.Second)
		m.give(c, s)
	}
}

func (m *machine) dead(rt *rapid.T) {
	if c, ok := m.any(rt); ok {
		m.give(c, failed(c, journal.SettleDead, sdk.Rejected))
	}
}

func (m *machine) back(rt *rapid.T) {
	if c, ok := m.any(rt); ok {
		s := done(c)
		s.As = journal.SettleBack
		m.give(c, s)
	}
}

// act ends the leases that are over.
func (m *machine) act(*rapid.T) {
	for id, c := range m.out {
		if !m.w.now.Before(c.Until) {
			m.old = append(m.old, c)
			delete(m.out, id)
		}
	}
	m.w.act(journal.Action{Kind: journal.ActRetry, Filter: journal.DeliveryQuery{Link: "rx"}})
}

// close ends the work on an appeal all of whose revisions were taken.
func (m *machine) close(rt *rapid.T) {
	id := fmt.Sprint(rapid.IntRange(1, 4).Draw(rt, "appeal"))
	if m.got[id] == 0 || m.got[id] < m.sent[id] {
		return
	}
	m.w.change("rx", m.w.status("closed-"+id, "doc-"+id, sdk.StatusClosed))
	for _, c := range m.w.claim("pos", 10) {
		m.w.settle(done(c))
	}
}

// archive changes nothing that anybody sees.
func (m *machine) archive(*rapid.T) {
	if j, ok := m.w.j.(journal.Archiver); ok {
		if _, err := j.Archive(m.w.ctx, 0, "", 10); err != nil {
			m.Fatal(err)
		}
	}
}

func (m *machine) restart(*rapid.T) {
	for _, c := range m.out {
		m.old = append(m.old, c)
	}
	clear(m.out)
	m.w.reopen()
}

// drain delivers all that is left.
func (m *machine) drain() {
	m.w.pass(time.Hour)
	m.act(nil)
	for {
		out := m.w.claim("rx", 2)
		if len(out) == 0 {
			break
		}
		for _, c := range out {
			m.w.settle(receipt(c, "doc-"+c.View.Source.ID))
			m.take(c)
		}
	}
	for id, n := range m.sent {
		if m.got[id] != n {
			m.Fatalf("appeal %s: %d of %d revisions were taken", id, m.got[id], n)
		}
	}
	m.w.verify()
}
