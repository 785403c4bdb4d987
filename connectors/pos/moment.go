package pos

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// moment is a time as it was sent: text, or milliseconds since 1970 (Jackson's
// default). It is read with parseMoment, which needs a zone.
type moment string

// UnmarshalJSON keeps the text or the number's digits.
func (m *moment) UnmarshalJSON(b []byte) error {
	if b[0] == '{' || b[0] == '[' || b[0] == 't' || b[0] == 'f' {
		return errors.New("is not a time")
	}
	if b[0] == '"' {
		return json.Unmarshal(b, (*string)(m))
	}
	if !bytes.Equal(b, []byte("null")) {
		*m = moment(b)
	}
	return nil
}

// zoned and local are the forms of time that are read; a fraction of a second
// may follow the seconds in each.
func zoned() []string {
	return []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700"}
}

func local() []string { return []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} }

// moment reads a time. One that the platform marks as UTC is the local one that is
// written, where it is said to be.
func (m mapping) moment(value moment) (time.Time, error) {
	if m.marked == nil {
		return parseMoment(value, m.zone)
	}
	for _, layout := range zoned() {
		t, err := time.Parse(layout, strings.Replace(strings.TrimSpace(string(value)), " ", "T", 1))
		if err != nil {
			continue
		}
		if _, offset := t.Zone(); offset == 0 {
			return parseMoment(moment(t.Format("2006-01-02T15:04:05.999999999")), m.marked)
		}
	}
	return parseMoment(value, m.zone)
}

// parseMoment reads a time and returns it in loc; one without a zone is a time of
// loc's. No text is the
// zero time. A year outside of 1900 to 2199 is an error: it is a time in another
// unit.
func parseMoment(m moment, loc *time.Location) (time.Time, error) {
	s := strings.TrimSpace(string(m))
	if s == "" {
		return time.Time{}, nil
	}
	t, ok := readMoment(s, loc)
	if !ok {
		return time.Time{}, errors.New("is not a time such as 2026-01-31T09:00:00+03:00")
	}
	if y := t.In(loc).Year(); y < 1900 || y >= 2200 {
		return time.Time{}, errors.New("is a time out of bounds")
	}
	return t.In(loc), nil
}

func readMoment(s string, loc *time.Location) (time.Time, bool) {
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.UnixMilli(ms).In(loc), true
	}
	if len(s) > 10 && s[10] == ' ' {
		s = s[:10] + "T" + s[11:]
	}
	for _, layout := range zoned() {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	for _, layout := range local() {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// dateOf returns the day of a time as it was read; none of none.
func dateOf(t time.Time) sdk.Date {
	if t.IsZero() {
		return sdk.Date{}
	}
	return sdk.DateOf(t)
}

// momentOf writes the start of a day with loc's own offset, never a Z that the
// zone does not have.
func momentOf(d sdk.Date, loc *time.Location) string {
	if d.IsZero() {
		return ""
	}
	return d.In(loc).Format("2006-01-02T15:04:05-07:00")
}
