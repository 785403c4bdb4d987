package journal

import (
	"context"
	"time"
)

// Archiver is a journal that keeps apart what belongs to appeals that have been
// over for long, so that its size costs nothing where work is looked for. What
// is archived reads as before, and the next event of such an appeal brings all of
// it back in its own transaction.
type Archiver interface {
	// Archive looks at the appeals that come after the id given, in order of id
	// and so many at most, and archives those that are in a final status, wait
	// for nothing and have had no event for the time given, by the journal's
	// clock. One that somebody is at work on is passed by. The appeal to go on
	// after is empty at the end alone: young ones may come before old ones, as an
	// id has the source's time.
	Archive(ctx context.Context, idle time.Duration, after string, limit int) (Archived, error)
}

// Archived tells how far an archiver came.
type Archived struct {
	Appeals int    // moved
	After   string // id to go on after; empty: there is no more
}
