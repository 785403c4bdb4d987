package deadline_test

import (
	"testing"

	"github.com/appealhub/appealhub/hub/deadline"
)

// BenchmarkTerms computes all terms of one appeal: a plain one, and one to which
// everything has happened. At most 5 µs and 5 allocations.
func BenchmarkTerms(b *testing.B) {
	full := registered(b, "2025-12-02")
	full.Extensions = []deadline.Extension{{On: on(b, "2025-12-20")}}
	full.DocumentsRequested, full.Promised = on(b, "2025-12-10"), on(b, "2026-01-18")
	full.Answered, full.ReworkRequested = on(b, "2026-01-20"), on(b, "2026-02-10")
	portal := registered(b, "2025-12-02")
	portal.AnswerAt = on(b, "2025-12-29")
	for name, f := range map[string]*deadline.Facts{"plain": registered(b, "2025-12-02"), "full": full, "portal": portal} {
		b.Run(name, func(b *testing.B) {
			e := standard(b)
			b.ReportAllocs()
			for b.Loop() {
				e.Terms(f)
			}
		})
	}
}
