//go:build services

package services

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// start runs servers in a folder of the test's own.
func start(t *testing.T, cfg Config) *Services {
	t.Helper()
	cfg.Dir, cfg.Out = t.TempDir(), t.Output()
	s := open(t, cfg, nil)
	t.Cleanup(func() {
		if err := s.Purge(context.Background()); err != nil { // the test's own has ended
			t.Error(err)
		}
	})
	up(t, s)
	return s
}

func up(t *testing.T, s *Services) {
	t.Helper()
	began := time.Now()
	must(t, s.Up(t.Context()))
	t.Logf("up after %v", time.Since(began).Round(10*time.Millisecond))
}

// timed does it and tells how long it took.
func timed(t *testing.T, what string, f func() error) {
	t.Helper()
	began := time.Now()
	must(t, f())
	t.Logf("%s after %v", what, time.Since(began).Round(10*time.Millisecond))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func states(s *Services) []string {
	var all []string
	for _, st := range s.Status() {
		all = append(all, st.State)
	}
	return slices.Compact(all)
}

func TestThreeBrokers(t *testing.T) {
	s := start(t, Config{Brokers: 3, Only: []string{Kafka}})
	topic := newTopic(t, s.KafkaBrokers(), 3)
	send := func(text string) {
		timed(t, "produced "+text, func() error { return produce(s.KafkaBrokers(), topic, text) })
	}
	send("one")
	must(t, s.Broker(2).Kill())
	if s.Broker(2).Running() {
		t.Error("a killed broker runs")
	}
	send("two")
	timed(t, "started", func() error { return s.Broker(2).Start(t.Context()) })
	timed(t, "in sync", func() error { return inSync(t.Context(), s.KafkaBrokers(), topic, 3) }) // else two of three are missing
	must(t, s.Broker(3).Freeze())
	if got := states(s); !slices.Equal(got, []string{"running", "frozen"}) {
		t.Errorf("states %q", got)
	}
	send("three")
	must(t, s.Broker(3).Thaw())
	timed(t, "restarted", func() error { return s.Broker(1).Restart(t.Context()) })
	before := s.Broker(1).PID()
	up(t, s) // changes nothing
	if s.Broker(1).PID() != before {
		t.Error("a broker that ran was started again")
	}
	timed(t, "down", func() error { return s.Down(t.Context()) })
	if got := states(s); !slices.Equal(got, []string{"stopped"}) {
		t.Errorf("states %q", got)
	}
	again := open(t, Config{Dir: s.cfg.Dir, Only: []string{Kafka}}, nil)
	up(t, again)
	if got := consume(t, again.KafkaBrokers(), topic, 3); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("kept %q", got)
	}
}

func TestDeadServerIsSeenAndStarted(t *testing.T) {
	s := start(t, Config{Only: []string{S3}})
	rec, err := s.S3.record()
	must(t, err)
	must(t, rec.Process.kill()) // by somebody else
	if got := states(s); !slices.Equal(got, []string{"dead"}) {
		t.Errorf("states %q", got)
	}
	up(t, s)
	if got := states(s); !slices.Equal(got, []string{"running"}) {
		t.Errorf("states %q", got)
	}
}

func TestFailedUpShowsTheLog(t *testing.T) {
	s := start(t, Config{Only: []string{Postgres}})
	must(t, s.Down(t.Context()))
	rec, err := s.Postgres.record()
	must(t, err)
	f, err := os.OpenFile(filepath.Join(rec.Data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteString("no_such_setting = 1\n")
	must(t, err)
	must(t, f.Close())
	err = s.Up(t.Context())
	if err == nil || !strings.Contains(err.Error(), "no_such_setting") || !strings.Contains(err.Error(), s.Postgres.Log()) {
		t.Errorf("the error does not say why: %v", err)
	}
}
