package spool

import (
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestSweepBesideKeep: a file that is kept, or put, while a sweep is about to remove
// it is there afterwards: somebody was told so.
func TestSweepBesideKeep(t *testing.T) {
	s := open(t)
	for name, keep := range map[string]func(o Object) (Object, error){
		"kept": func(o Object) (Object, error) { return s.Keep(t.Context(), o.SHA256) },
		"put":  func(Object) (Object, error) { return s.Put(t.Context(), strings.NewReader("the same"), 0) },
	} {
		lost := 0
		for range 300 {
			o := put(t, s, "the same")
			old := time.Now().Add(-48 * time.Hour)
			if err := os.Chtimes(s.path(o.SHA256), old, old); err != nil {
				t.Fatal(err)
			}
			var both sync.WaitGroup
			start := make(chan struct{})
			both.Go(func() {
				<-start
				if _, err := s.remove(t.Context(), Stored{o, old}, old.Add(time.Hour)); err != nil {
					t.Error(err)
				}
			})
			var err error
			both.Go(func() {
				<-start
				_, err = keep(o)
			})
			close(start)
			both.Wait()
			if _, gone := s.Stat(o.SHA256); err == nil && gone != nil {
				lost++
			}
		}
		if lost > 0 {
			t.Errorf("%s: lost %d times of 300", name, lost)
		}
	}
}
