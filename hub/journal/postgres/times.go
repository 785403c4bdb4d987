package postgres

import (
	"time"

	"github.com/appealhub/appealhub/sdk"
)

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func timeOf(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// dateOf reads a date that the journal wrote itself.
func dateOf(s string) sdk.Date {
	d, err := sdk.ParseDate(s)
	if s == "" || err != nil {
		return sdk.Date{}
	}
	return d
}

// clock is the injected clock's time as a parameter; nil: the database's counts.
func (j *Journal) clock() *int64 {
	if j.options.Now == nil {
		return nil
	}
	us := j.options.Now().UnixMicro()
	return &us
}

// The journal's time in µs; $1 is what clock returns. The first is that of the
// statement's own transaction and can be looked up in an index, the second
// moves within it.
const (
	statementTime = "coalesce($1::bigint, (extract(epoch FROM now()) * 1000000)::bigint)"
	presentTime   = "coalesce($1::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)"
)
