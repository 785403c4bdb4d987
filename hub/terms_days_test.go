package hub

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/postgres"
	"github.com/appealhub/appealhub/hub/journal/postgres/pgtest"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
	"github.com/appealhub/appealhub/sdk"
)

// calendarDays are sixty days of a hub: appeals come, are extended and answered,
// while it is restarted and is off for a week.
type calendarDays struct {
	*testing.T
	open   func() journal.Journal
	now    func() time.Time
	sleep  func(time.Duration)
	count  int
	nodes  int // that tick at once
	random *rand.Rand

	practice *deadline.Practice

	journal journal.Journal
	halt    func()
	clocks  []*intake.Intake
	appeals []*daily
	ticks   []time.Time
	batch   journal.Batch
	taken   []func(journal.Result) // one for each entry of the batch
}

// daily is an appeal and what is done to it, in hours from the beginning.
type daily struct {
	id                 string
	ref                sdk.Ref
	comes              int
	extended, answered int // 0: never
	due                []span
}

// span is a time in which the answer was due on one date.
type span struct {
	from, till time.Time
	due        sdk.Date
}

const (
	lastHour = 60 * 24
	offFrom  = 20 * 24 // the week without a hub
	offTill  = 27 * 24
)

// TestSixtyDays: what is near and what has passed is told once, whatever the hub
// goes through.
func TestSixtyDays(t *testing.T) {
	count, stored := 2000, 2000
	if raced || testing.Short() {
		count, stored = 400, 100
	}
	t.Run("sqlite", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "journal.db")
			d := &calendarDays{T: t, count: count, nodes: 1, now: time.Now, sleep: time.Sleep}
			d.open = func() journal.Journal {
				return opened(t)(sqlite.Open(context.Background(), path, journal.Options{Planner: testPlanner(t)}))
			}
			d.run()
		})
	})
	t.Run("postgres", func(t *testing.T) {
		url := pgtest.New(t).URL(t)
		c := &handClock{at: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
		d := &calendarDays{T: t, count: stored, nodes: 3, now: c.now, sleep: c.sleep}
		d.open = func() journal.Journal {
			return opened(t)(postgres.Open(context.Background(), url, postgres.Options{Options: journal.Options{Planner: testPlanner(t)}, Now: c.now}))
		}
		d.run()
	})
}

// handClock is a clock that is moved by hand.
type handClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *handClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *handClock) sleep(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func opened(t *testing.T) func(j journal.Journal, err error) journal.Journal {
	return func(j journal.Journal, err error) journal.Journal {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
}

func (d *calendarDays) start() {
	d.journal = d.open()
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- d.journal.Run(ctx) }()
	d.halt = func() {
		cancel()
		if err := errors.Join(<-ran, d.journal.Close()); err != nil {
			d.Error(err)
		}
	}
	d.clocks = nil
	for range d.nodes {
		d.clocks = append(d.clocks, intake.New(intake.Config{Journal: d.journal, Now: d.now}))
	}
}

func (d *calendarDays) run() {
	d.random, d.practice = rand.New(rand.NewPCG(1, 2)), testPractice(d.T, msk)
	d.start()
	defer func() { d.halt() }()
	byHour := map[int][]func(){}
	for i := range d.count {
		a := d.draw(i)
		byHour[a.comes] = append(byHour[a.comes], func() { d.come(a, i) })
		if a.extended > 0 {
			byHour[a.extended] = append(byHour[a.extended], func() { d.extend(a) })
		}
		for _, day := range []int{26, 40} { // near its end, and behind it
			if news := a.comes + day*24; news < lastHour && (news < offFrom || news >= offTill) {
				byHour[news] = append(byHour[news], func() { d.tell(a, day) })
			}
		}
		if a.answered > 0 {
			byHour[a.answered] = append(byHour[a.answered], func() { d.answer(a) })
		}
	}
	for hour := range lastHour {
		if hour < offFrom || hour >= offTill {
			d.sleep(30 * time.Minute)
			for _, act := range byHour[hour] {
				act()
			}
			d.flush()
			d.sleep(30 * time.Minute)
			d.tick()
		} else {
			d.sleep(time.Hour)
		}
		if hour%(7*24) == 6*24 {
			d.halt()
			d.start()
		}
	}
	d.check()
}

// draw makes up an appeal. Nothing happens while the hub is off.
func (d *calendarDays) draw(i int) *daily {
	awake := func(from, till int) int {
		for {
			if h := from + d.random.IntN(till-from); h < offFrom || h >= offTill {
				return h
			}
		}
	}
	a := &daily{comes: awake(0, 28*24)}
	if i%3 == 0 {
		a.extended = awake(a.comes+1, min(lastHour-2, a.comes+45*24))
	}
	if i%4 != 0 {
		a.answered = awake(max(a.comes, a.extended)+1, lastHour)
	}
	d.appeals = append(d.appeals, a)
	return a
}

// append adds an entry to those of the hour.
func (d *calendarDays) append(e journal.Entry, taken func(journal.Result)) {
	e.At = d.now()
	d.batch.Entries, d.taken = append(d.batch.Entries, e), append(d.taken, taken)
}

// flush appends the entries of the hour.
func (d *calendarDays) flush() {
	d.Helper()
	if len(d.batch.Entries) == 0 {
		return
	}
	all, err := d.journal.Append(d.Context(), d.batch)
	if err != nil {
		d.Fatal(err)
	}
	for i, r := range all {
		d.taken[i](r)
	}
	d.batch.Entries, d.taken = nil, nil
}

func (d *calendarDays) come(a *daily, i int) {
	now := d.now()
	a.ref = sdk.Ref{Link: "pos", ID: fmt.Sprint(i)}
	d.append(journal.Entry{Link: "pos", Appeal: &sdk.Appeal{
		Ref: a.ref, Version: "1", Kind: sdk.KindMessage, Addressee: sdk.Addressee{Code: "77"}, ReceivedAt: now, RegisteredAt: now,
	}}, func(r journal.Result) { a.id = r.Appeal })
	terms := d.practice.Terms(&deadline.Record{Facts: deadline.Facts{Received: deadline.At(now), Registered: deadline.At(now)}}, sdk.KindMessage)
	answer, _ := terms.Find(deadline.Answer)
	a.due = []span{{from: now, due: answer.Due}}
}

func (d *calendarDays) change(a *daily, what string, c sdk.StatusChange) {
	c.ID, c.Ref = a.ref.ID+what, a.ref
	d.append(journal.Entry{Link: "rx", Change: &c}, d.applied)
	a.due[len(a.due)-1].till = d.now()
}

func (d *calendarDays) extend(a *daily) {
	until := a.due[0].due.AddDays(10 + d.random.IntN(20))
	d.change(a, "extended", sdk.StatusChange{AnswerBy: until})
	a.due = append(a.due, span{from: d.now(), due: until})
}

func (d *calendarDays) answer(a *daily) {
	d.change(a, "answered", sdk.StatusChange{Status: sdk.StatusAnswered, Outcome: sdk.OutcomeExplained, At: d.now()})
}

// tell changes what is known of the terms, and moves none.
func (d *calendarDays) tell(a *daily, day int) {
	c := sdk.StatusChange{ID: fmt.Sprint(a.ref.ID, " ", day), Ref: a.ref, Rating: sdk.Rating{Value: day / 10}}
	d.append(journal.Entry{Link: "rx", Change: &c}, d.applied)
}

func (d *calendarDays) applied(r journal.Result) {
	if r.Outcome != journal.Appended || r.Reason != "" {
		d.Errorf("a change was not applied: %+v", r)
	}
}

// tick has every node look at the time at once.
func (d *calendarDays) tick() {
	d.ticks = append(d.ticks, d.now())
	var all sync.WaitGroup
	for _, c := range d.clocks {
		all.Go(func() {
			for more := true; more; {
				var err error
				if more, err = c.Tick(d.Context()); err != nil {
					d.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// check holds each appeal's events against what they ought to be, counted one
// tick after the other.
func (d *calendarDays) check() {
	told := 0
	for _, a := range d.appeals {
		events, err := d.journal.History(d.Context(), a.id)
		if err != nil {
			d.Fatal(err)
		}
		var got []string
		for _, e := range events {
			if strings.HasPrefix(string(e.Kind), "deadline.") {
				got = append(got, string(e.Kind)+" "+e.SourceID)
			}
		}
		want := d.expected(a)
		if !slices.Equal(got, want) {
			d.Errorf("%+v: told %q, want %q", a, got, want)
		}
		told += len(got)
	}
	if told < d.count {
		d.Errorf("only %d events of %d appeals", told, d.count)
	}
}

func (d *calendarDays) expected(a *daily) (out []string) {
	passed := sdk.Date{}
	for _, s := range a.due {
		if !passed.IsZero() && passed.Before(s.due) {
			out = append(out, "deadline.withdrawn answer/"+s.due.String())
			passed = sdk.Date{}
		}
		nearest := 99
		begin := map[int]time.Time{5: s.due.AddDays(-5).In(msk), 1: s.due.AddDays(-1).In(msk)}
		end := s.due.AddDays(1).In(msk)
		for _, at := range d.ticks {
			if at.Before(s.from) || !s.till.IsZero() && !at.Before(s.till) || !passed.IsZero() {
				continue
			}
			left := 99
			for _, days := range []int{5, 1} {
				if !at.Before(begin[days]) {
					left = days
				}
			}
			if left < nearest {
				nearest = left
				out = append(out, fmt.Sprintf("deadline.near answer/%s/%dd", s.due, left))
			}
			if !at.Before(end) {
				passed = s.due
				out = append(out, "deadline.passed answer/"+s.due.String())
			}
		}
	}
	return out
}
