package bus

import (
	"testing"

	"pgregory.net/rapid"
)

// TestPlaces: each reads back as itself, and nothing reads as one that it is not
// written as: a message's place is looked up as text.
func TestPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Place{rapid.Int32Min(0).Draw(t, "partition"), rapid.Int64Min(0).Draw(t, "offset")}
		if got, ok := ParsePlace(p.String()); !ok || got != p {
			t.Fatalf("%v is read as %v, %v", p, got, ok)
		}
	})
	for _, bad := range []string{"", "0", "-", "0-", "-0", "0--1", "-1-0", "00-0", "0-01", "+0-1", "0-+1", " 0-1", "0-1 ", "0-1-2", "2147483648-0", "0-9223372036854775808", "x-1"} {
		if p, ok := ParsePlace(bad); ok {
			t.Errorf("%q is read as %v", bad, p)
		}
	}
}
