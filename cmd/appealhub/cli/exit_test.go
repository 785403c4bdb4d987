package cli

import (
	"fmt"
	"testing"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal/postgres"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
)

// TestCodeOf: one fault has one exit code, wherever the journal lies.
func TestCodeOf(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{&sqlite.NewerError{Schema: 99, Program: 3}, exitInvalid},
		{&postgres.OpenError{}, exitInvalid},
		{&postgres.OpenError{Unreachable: true}, exitUnavailable},
		{&bus.Fault{}, exitInvalid},
		{&bus.Fault{Unreachable: true}, exitUnavailable},
	} {
		if got := codeOf(fmt.Errorf("journal: %w", c.err)); got != c.want {
			t.Errorf("%#v: exit %d, want %d", c.err, got, c.want)
		}
	}
}
