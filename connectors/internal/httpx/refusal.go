package httpx

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// maxWords bounds what is read of a refusal's body, in bytes.
const maxWords = 64 << 10

// refusal turns an answer that is not 2xx into an error and closes its body.
func refusal(resp *http.Response, op string) *sdk.Error {
	defer resp.Body.Close()
	e := &sdk.Error{Kind: KindOfStatus(resp.StatusCode), Op: op}
	if isRedirect(resp.StatusCode) {
		e.Kind = sdk.Transient
		e.Err = &statusError{resp.StatusCode, "redirect not followed: " + redirectWords(resp)}
		return e
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxWords)) // half of the words are better than none
	said := words(resp.Header, body)
	if said != "" {
		said = ": " + said
	}
	e.Err = &statusError{resp.StatusCode, fmt.Sprintf("HTTP %d %s%s", resp.StatusCode, http.StatusText(resp.StatusCode), said)}
	if e.Kind == sdk.Throttled || e.Kind == sdk.Transient {
		e.After = retryAfter(resp.Header)
	}
	return e
}

// statusError is a refusal with its status.
type statusError struct {
	code int
	text string
}

// Error says what is wrong, in one line.
func (e *statusError) Error() string { return e.text }

// StatusOf returns the HTTP status of the refusal in err's chain; 0 where there
// was no answer.
func StatusOf(err error) int {
	var e *statusError
	if errors.As(err, &e) {
		return e.code
	}
	return 0
}

// KindOfStatus returns what an HTTP status other than 2xx means.
func KindOfStatus(code int) sdk.Kind {
	switch code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		return sdk.Denied
	case http.StatusNotFound, http.StatusGone:
		return sdk.NotFound
	case http.StatusConflict, http.StatusPreconditionFailed:
		return sdk.Conflict
	case http.StatusTooManyRequests:
		return sdk.Throttled
	case http.StatusRequestTimeout, http.StatusTooEarly:
		return sdk.Transient
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return sdk.Unsupported
	}
	if code >= 500 {
		return sdk.Transient
	}
	return sdk.Rejected
}

func isRedirect(code int) bool {
	switch code {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// retryAfter reads Retry-After (RFC 9110 §10.2.3): seconds, or a date that is
// measured against the answer's own Date header, so that clocks need not agree.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil {
		return max(0, time.Duration(min(seconds, maxAfter))*time.Second)
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return min(max(0, until.Sub(now)), maxAfter*time.Second)
}

// maxAfter bounds a server's wish to be left alone: a day, in seconds.
const maxAfter = 24 * 60 * 60
