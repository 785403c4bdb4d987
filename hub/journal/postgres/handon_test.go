package postgres

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// palms are hands with so much room.
type palms struct {
	mu      sync.Mutex
	room    int
	held    int
	claimed []journal.Claimed
	ready   int // deliveries that are to be claimed instead: at least one, if any
}

func (p *palms) Hold(link string) (journal.Claim, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held+len(p.claimed) >= p.room {
		return journal.Claim{}, false
	}
	p.held++
	return journal.Claim{Link: link, Limit: 1, Lease: time.Minute, Now: time.Now()}, true
}

func (p *palms) Take(_ string, held int, claimed []journal.Claimed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held -= held
	p.claimed = append(p.claimed, claimed...)
}

func (p *palms) told(string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ready++
}

// handed opens a node with palms.
func handed(t *testing.T, url string, room int) (*Journal, *palms) {
	p := &palms{room: room}
	j, _ := running(t, url, Options{Node: "one", Options: journal.Options{Hands: p, Ready: p.told}})
	return j, p
}

// TestHandedOn: a delivery that is laid into the node's hands is what a claim of it
// would be, and nobody else's until it is settled or its lease ends.
func TestHandedOn(t *testing.T) {
	url := migrated(t)
	one, hands := handed(t, url, 9)
	two, _ := running(t, url, Options{Node: "two"})
	a := message("1", "a")
	a.Numbers = []sdk.Number{{System: sdk.NumberPOS, Value: "77-1", Link: "pos"}}
	for _, a := range []*sdk.Appeal{a, message("2", "a")} {
		if _, err := one.Append(t.Context(), journal.Batch{Entries: []journal.Entry{entry(a)}}); err != nil {
			t.Fatal(err)
		}
	}
	if hands.held != 0 || len(hands.claimed) != 2 || hands.ready != 0 {
		t.Fatalf("%d held, %d handed on, %d to be claimed", hands.held, len(hands.claimed), hands.ready)
	}
	if got := claim(t, two, 9, time.Minute); len(got) != 0 {
		t.Errorf("another node claims %d of them", len(got))
	}
	nodes, err := two.Nodes(t.Context())
	if err != nil || len(nodes) != 1 || nodes[0].ID != "one" || nodes[0].InHand["rx"] != 2 {
		t.Errorf("who has them: %+v, %v", nodes, err)
	}
	first, second := hands.claimed[0], hands.claimed[1]
	if until := count(t, url, "SELECT leased_until FROM deliveries WHERE id = $1", first.ID); first.Until.UnixMicro() > until || until-first.Until.UnixMicro() > 1e6 {
		t.Errorf("the node takes itself to have it until %v, the database until %v", first.Until, timeOf(until))
	}
	query(t, url, "UPDATE deliveries SET leased_until = 0 WHERE id = $1", first.ID)
	claimed := claim(t, two, 9, time.Minute)
	if len(claimed) != 1 {
		t.Fatalf("%d claimed when a lease has ended", len(claimed))
	}
	if diff := cmp.Diff(claimed[0], first, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(journal.Claimed{}, "Lease", "Until")); diff != "" {
		t.Errorf("claimed (-), handed on (+):\n%s", diff)
	}
	errs, err := one.Settle(t.Context(), done(first), done(second))
	if err != nil || !errors.Is(errs[0], journal.ErrLease) || errs[1] != nil {
		t.Errorf("settled: %v, %v", errs, err)
	}
	verify(t, url)
}

// TestHandedOnIsCommitted: what the database refuses is in nobody's hands, and the
// places are free again; what was with it is handed on.
func TestHandedOnIsCommitted(t *testing.T) {
	url := migrated(t)
	j, hands := handed(t, url, 9)
	var all sync.WaitGroup
	for _, a := range []*sdk.Appeal{message("1", "a"), message("2", "\x00"), message("3", "a")} {
		all.Go(func() {
			_, err := j.Append(t.Context(), journal.Batch{Entries: []journal.Entry{entry(a)}})
			if refused := errors.Is(err, journal.ErrRefused); refused != (a.Version == "\x00") {
				t.Errorf("%s: %v", a.Ref.ID, err)
			}
		})
	}
	all.Wait()
	if hands.held != 0 || len(hands.claimed) != 2 {
		t.Errorf("%d held, %d handed on", hands.held, len(hands.claimed))
	}
	for _, c := range hands.claimed {
		if n := count(t, url, "SELECT count(*) FROM deliveries WHERE id = $1 AND lease = $2", c.ID, c.Lease); n != 1 {
			t.Errorf("delivery %d is leased to nobody", c.ID)
		}
	}
}

// TestHandedOver: whether it is committed decides what becomes of it.
func TestHandedOver(t *testing.T) {
	until := time.Now().Add(time.Minute)
	for name, c := range map[string]struct {
		err  error
		want []time.Time // ends of leases
	}{
		"committed":             {nil, []time.Time{until}},
		"refused":               {failed(&pgconn.PgError{Code: "23514"}), nil},
		"to be tried again":     {failed(&pgconn.PgError{Code: "40001"}), nil},
		"no room on the disk":   {failed(&pgconn.PgError{Code: "53100"}), nil},
		"no right":              {failed(&pgconn.PgError{Code: "42501", SeverityUnlocalized: "ERROR"}), nil},
		"the server goes down":  {failed(&pgconn.PgError{Code: "57P01", SeverityUnlocalized: "FATAL"}), []time.Time{{}}},
		"the answer was lost":   {failed(io.ErrUnexpectedEOF), []time.Time{{}}},
		"the time was up":       {failed(context.DeadlineExceeded), []time.Time{{}}},
		"nobody waits any more": {failed(context.Canceled), []time.Time{{}}},
	} {
		t.Run(name, func(t *testing.T) {
			hands := &palms{held: 3}
			x := tx{Journal: &Journal{options: Options{Options: journal.Options{Hands: hands}}}}
			x.hands = map[string]*handful{"rx": {held: 3, claimed: []journal.Claimed{{Until: until}}}}
			x.handOver(c.err)
			x.handOver(nil) // nothing is left
			var got []time.Time
			for _, c := range hands.claimed {
				got = append(got, c.Until)
			}
			if !slices.Equal(got, c.want) || hands.held != 0 {
				t.Errorf("handed on until %v, want %v; %d places held", got, c.want, hands.held)
			}
		})
	}
}

// TestFormerLife: what a node was handed that was killed before the server was done
// with its commit is the node's to claim when it is back, and nobody else's.
func TestFormerLife(t *testing.T) {
	url := migrated(t)
	one, _ := running(t, url, Options{Node: "one"})
	two, _ := running(t, url, Options{Node: "two"})
	if _, err := send(t, one, "1", "a"); err != nil {
		t.Fatal(err)
	}
	query(t, url, "UPDATE deliveries SET node = 'one', lease = 'former.1', leased_until = 4000000000000000")
	if got := claim(t, two, 9, time.Minute); len(got) != 0 {
		t.Errorf("another node claims %d", len(got))
	}
	got := claim(t, one, 9, time.Minute)
	if len(got) != 1 {
		t.Fatalf("the node claims %d", len(got))
	}
	if again := claim(t, one, 9, time.Minute); len(again) != 0 {
		t.Errorf("%d are claimed twice", len(again))
	}
	if errs, err := one.Settle(t.Context(), done(got[0])); err != nil || errs[0] != nil {
		t.Errorf("settled: %v, %v", errs, err)
	}
}
