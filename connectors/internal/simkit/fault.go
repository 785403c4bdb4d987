package simkit

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// The faults. Where nothing else is said, the request's work is not done.
const (
	DropBefore = "drop_before" // the connection is closed, nothing done
	DropAfter  = "drop_after"  // the work is done, the response is lost
	Status     = "status"      // Fault.Status with Fault.Body
	Delay      = "delay"       // the work begins after Fault.Delay and is done even if the client has left
	DelayAfter = "delay_after" // the work is done at once, the response comes after Fault.Delay
	HTML       = "html"        // an HTML page with status 200
	Garbage    = "garbage"     // broken JSON with status 200
	Truncate   = "truncate"    // the work is done, half of the response comes, then the connection is closed
	Redirect   = "redirect"    // 302 to Fault.Location
	Throttle   = "throttle"    // 429 with Retry-After
)

// Fault tells which requests fail and how.
type Fault struct {
	ID          int      `json:"id"`
	Method      string   `json:"method,omitempty"`      // empty: any
	Path        string   `json:"path,omitempty"`        // prefix, or the whole path where it holds a *; empty: any
	Fault       string   `json:"fault"`                 // one of the faults
	Status      int      `json:"status,omitempty"`      // for status
	Body        string   `json:"body,omitempty"`        // for status
	Delay       Duration `json:"delay,omitempty"`       // for delay and delay_after, real time
	Location    string   `json:"location,omitempty"`    // for redirect
	RetryAfter  string   `json:"retry_after,omitempty"` // for throttle and status; throttle's default is 1 second
	Times       int      `json:"times,omitempty"`       // strikes at most so often; 0: until cleared
	Every       int      `json:"every,omitempty"`       // strikes each n-th matching request; 0: each
	Probability float64  `json:"probability,omitempty"` // strikes by chance, by the seed; 0: always
	Matched     int      `json:"matched"`               // matching requests so far
	Struck      int      `json:"struck"`                // times it struck so far
}

// Duration is a time.Duration written as "2s".
type Duration time.Duration

// MarshalText writes d as "2s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads "2s".
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is not a length of time such as 2s", text)
	}
	*d = Duration(v)
	return nil
}

// Validate names the first field that makes no sense.
func (f Fault) Validate() error {
	switch f.Fault {
	case DropBefore, DropAfter, HTML, Garbage, Truncate, Throttle:
	case Status:
		if f.Status < 200 || f.Status > 599 {
			return errors.New("status: want 200 to 599")
		}
	case Delay, DelayAfter:
		if f.Delay <= 0 {
			return errors.New("delay: want a length of time such as 2s")
		}
	case Redirect:
		if f.Location == "" {
			return errors.New("location: is required for redirect")
		}
	default:
		return fmt.Errorf("fault: %q is unknown", f.Fault)
	}
	if f.Times < 0 || f.Every < 0 || f.Probability < 0 || f.Probability > 1 {
		return errors.New("times and every are 0 or more, probability is 0 to 1")
	}
	return nil
}

func (f Fault) matches(r *http.Request) bool {
	if f.Method != "" && !strings.EqualFold(f.Method, r.Method) {
		return false
	}
	if !strings.Contains(f.Path, "*") {
		return strings.HasPrefix(r.URL.Path, f.Path)
	}
	return glob(f.Path, r.URL.Path)
}

// glob matches pattern, in which * stands for any text within one or many
// segments, against the whole of s.
func glob(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return strings.HasSuffix(s, last)
}
