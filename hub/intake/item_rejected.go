package intake

import (
	"errors"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/appealhub/appealhub/sdk"
)

func problemsOf(err error) []sdk.Problem {
	var invalid *sdk.ValidationError
	errors.As(err, &invalid)
	if invalid == nil {
		return nil
	}
	return invalid.Problems
}

// reason names the members at fault and the rules they break, no values.
func reason(problems []sdk.Problem) string {
	return (&sdk.ValidationError{Problems: problems}).Error()
}

// columnText makes s fit for a column: valid UTF-8 without U+0000, of limit
// characters at most.
func columnText(s string, limit int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit])
}

// writtenAppeal is a broken appeal as JSON, for the operator. Bytes that are no
// characters become U+FFFD; times and coordinates that JSON can't express are
// left out. The reason names them all.
func writtenAppeal(a sdk.Appeal) []byte {
	writable(&a.ReceivedAt, &a.RegisteredAt, &a.Rework.At, &a.Rating.At)
	if p := a.Place.Point; p != nil && !(finite(p.Lat) && finite(p.Lon)) {
		a.Place.Point = nil
	}
	return written(&a)
}

// writtenChange does for a broken status change what writtenAppeal does.
func writtenChange(c sdk.StatusChange) []byte {
	writable(&c.At, &c.Rating.At)
	return written(&c)
}

func written(v any) []byte {
	body, err := json.Marshal(v, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return []byte(`{}`)
	}
	return body
}

// writable clears the times that RFC 3339 can't express.
func writable(all ...*time.Time) {
	for _, t := range all {
		if _, err := t.MarshalText(); err != nil {
			*t = time.Time{}
		}
	}
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }
