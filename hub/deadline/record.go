package deadline

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// Record is what is kept of an appeal's terms: what they depend on, what is
// watched, and the marks that reports count. It holds no personal data.
type Record struct {
	Facts
	Ground    string // noted by an official; it stands over Categories
	Watched   []Watched
	LastUntil sdk.Date // the last date of the EDMS's own for the answer
	FirstLate bool     // the first answer came after its term
	Rating    int      // the applicant's last mark, 1 to 5; 0: none
	Interim   int      // interim answers
	Refused   bool
	Reworks   int // requests for repeated consideration
	// Sequences of the events by which the work was ended without an answer, and the
	// answer was put off: the applicant is told of them once the source is.
	EndedIn, ExtendedIn int64
}

// Keys of a record's text that are no events.
const (
	keyGround    = "ground"
	keyUntil     = "until"
	keyFirst     = "first"
	keyLate      = "first_late"
	keyCategory  = "category"
	keyExtended  = "extended"
	keySuspended = "suspended"
	keyRating    = "rating"
	keyInterim   = "interims"
	keyRefused   = "refused"
	keyClosed    = "closed"
	keyEndedIn   = "ended_in"
	keyPutOffIn  = "extended_in"
	keyReworks   = "reworks"
)

// String is the record in one line, as ParseRecord reads it: key=value, a space
// between. Kind and the organisation's settings are not part of it.
func (r *Record) String() string {
	b := make([]byte, 0, 256)
	if r.Ground != "" {
		b = appendPair(b, keyGround, url.QueryEscape(r.Ground))
	}
	for _, c := range r.Categories {
		b = appendPair(b, keyCategory, url.QueryEscape(c))
	}
	for i, m := range r.moments() {
		if !m.IsZero() {
			b = appendPair(b, string(events[i]), m.text())
		}
	}
	for _, x := range r.Extensions {
		b = appendPair(b, keyExtended, x.On.text()+">"+x.Until.String())
	}
	for _, s := range r.Suspensions {
		b = appendPair(b, keySuspended, s.From.String()+">"+s.Until.String())
	}
	if !r.LastUntil.IsZero() {
		b = appendPair(b, keyUntil, r.LastUntil.String())
	}
	if !r.First.IsZero() {
		b = appendPair(b, keyFirst, r.First.text())
	}
	if !r.Closed.IsZero() {
		b = appendPair(b, keyClosed, r.Closed.text()+">"+string(r.ClosedBy))
	}
	if r.FirstLate {
		b = appendCount(b, keyLate, 1)
	}
	b = appendCount(b, keyRating, r.Rating)
	b = appendCount(b, keyInterim, r.Interim)
	b = appendCount(b, keyReworks, r.Reworks)
	b = appendCount(b, keyEndedIn, int(r.EndedIn))
	b = appendCount(b, keyPutOffIn, int(r.ExtendedIn))
	if r.Refused {
		b = appendCount(b, keyRefused, 1)
	}
	for i := range r.Watched {
		b = r.Watched[i].append(b)
	}
	return string(b)
}

func appendPair(b []byte, key, value string) []byte {
	if len(b) > 0 {
		b = append(b, ' ')
	}
	return append(append(append(b, key...), '='), value...)
}

func appendCount(b []byte, key string, n int) []byte {
	if n == 0 {
		return b
	}
	return appendPair(b, key, strconv.Itoa(n))
}

// ParseRecord reads what String wrote.
func ParseRecord(text string) (Record, error) {
	var r Record
	for text != "" {
		var word string
		word, text, _ = strings.Cut(text, " ")
		key, value, _ := strings.Cut(word, "=")
		if err := r.set(key, value); err != nil {
			return Record{}, fmt.Errorf("record of terms: %s: %w", key, err)
		}
	}
	return r, nil
}

func (r *Record) set(key, value string) (err error) {
	if m := r.Moment(Event(key)); m != nil {
		*m, err = parseMoment(value)
		return err
	}
	switch key {
	case keyCategory:
		value, err = url.QueryUnescape(value)
		r.Categories = append(r.Categories, value)
	case keyGround:
		r.Ground, err = url.QueryUnescape(value)
	case keyExtended:
		err = r.setExtension(value)
	case keySuspended:
		err = r.setSuspension(value)
	case keyRating:
		r.Rating, err = strconv.Atoi(value)
	case keyInterim:
		r.Interim, err = strconv.Atoi(value)
	case keyClosed:
		on, by, _ := strings.Cut(value, ">")
		r.ClosedBy = Event(by)
		r.Closed, err = parseMoment(on)
	case keyEndedIn:
		r.EndedIn, err = strconv.ParseInt(value, 10, 64)
	case keyPutOffIn:
		r.ExtendedIn, err = strconv.ParseInt(value, 10, 64)
	case keyReworks:
		r.Reworks, err = strconv.Atoi(value)
	case keyRefused:
		r.Refused = true
	case keyUntil:
		r.LastUntil, err = sdk.ParseDate(value)
	case keyLate:
		r.FirstLate = true
	case keyFirst:
		r.First, err = parseMoment(value)
	default:
		err = r.setWatched(key, value)
	}
	return err
}

func (r *Record) setExtension(value string) (err error) {
	on, until, _ := strings.Cut(value, ">")
	var x Extension
	if x.On, err = parseMoment(on); err == nil && until != "" {
		x.Until, err = sdk.ParseDate(until)
	}
	r.Extensions = append(r.Extensions, x)
	return err
}

func (r *Record) setSuspension(value string) (err error) {
	from, until, _ := strings.Cut(value, ">")
	var s Suspension
	if s.From, err = sdk.ParseDate(from); err == nil && until != "" {
		s.Until, err = sdk.ParseDate(until)
	}
	r.Suspensions = append(r.Suspensions, s)
	return err
}

// text is a moment as it is kept: a date, or microseconds since 1970 UTC with a
// Z behind them if it was a midnight marked as UTC.
func (m *Moment) text() string {
	switch {
	case m.IsZero():
		return ""
	case m.At.IsZero():
		return m.Date.String()
	case m.midnightUTC():
		return strconv.FormatInt(m.At.UnixMicro(), 10) + "Z"
	}
	return strconv.FormatInt(m.At.UnixMicro(), 10)
}

func parseMoment(text string) (Moment, error) {
	switch {
	case text == "":
		return Moment{}, nil
	case strings.Contains(text[1:], "-"): // a minus in front is that of a time before 1970
		d, err := sdk.ParseDate(text)
		return On(d), err
	}
	digits, marked := strings.CutSuffix(text, "Z")
	us, err := strconv.ParseInt(digits, 10, 64)
	if marked {
		return At(time.UnixMicro(us).UTC()), err
	}
	return At(time.UnixMicro(us).In(unmarked)), err
}

// unmarked is the zone of a kept instant: any but UTC, for it was no midnight
// marked as UTC.
var unmarked = time.FixedZone("", 1)
