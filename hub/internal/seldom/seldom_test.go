package seldom

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestLines: the same is said once in a while, and what is remembered is bounded.
func TestLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l Lines
		said := 0
		for range 3600 {
			for _, line := range []string{"one", "two"} {
				if l.Due(line) {
					said++
				}
			}
			time.Sleep(time.Second)
		}
		if said != 2*6 {
			t.Errorf("said %d times in an hour", said)
		}
		for i := range 10 * most {
			l.Due(fmt.Sprint(i))
		}
		if len(l.said) > most {
			t.Errorf("%d are remembered", len(l.said))
		}
	})
}
