package httpx

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/appealhub/appealhub/sdk"
)

// ReadBody reads the whole body, limit bytes at most, and closes it. A longer
// one is Invalid, a broken connection Transient.
func ReadBody(resp *http.Response, limit int64, op string) ([]byte, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, transport(op, err)
	}
	if int64(len(body)) > limit {
		return nil, sdk.Errorf(sdk.Invalid, op, "answer is longer than %d bytes", limit)
	}
	return body, nil
}

// ReadJSON reads one JSON value into out, limit bytes at most, and closes the
// body. Its errors are DecodeJSON's and ReadBody's.
func ReadJSON(resp *http.Response, limit int64, op string, out any) error {
	body, err := ReadBody(resp, limit, op)
	if err != nil {
		return err
	}
	return DecodeJSON(resp, body, op, out)
}

// ErrBroken marks an answer that is no whole JSON value.
var ErrBroken = errors.New("answer is not JSON")

// DecodeJSON decodes the body of resp, one JSON value, into out. A page for
// people, anything else that does not even claim to be JSON, and broken JSON
// (ErrBroken) is Transient: proxies and systems under maintenance send those with
// status 200, and no item is to blame. A wrong type is Invalid. Errors name the
// offset and field, never the value.
func DecodeJSON(resp *http.Response, body []byte, op string, out any) error {
	if IsHTML(resp.Header, body) {
		return sdk.Errorf(sdk.Transient, op, "an HTML page instead of JSON")
	}
	err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), out)
	if err == nil {
		return nil
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "" && !strings.Contains(kind, "json") {
		return sdk.Errorf(sdk.Transient, op, "%s instead of JSON", kind)
	}
	return invalidJSON(op, err)
}

func invalidJSON(op string, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return sdk.Errorf(sdk.Transient, op, "%w at byte %d", ErrBroken, syntax.Offset)
	case errors.As(err, &kind):
		value, _, _ := strings.Cut(kind.Value, " ") // "number 123" quotes the value
		return sdk.Errorf(sdk.Invalid, op, "answer's field %q is of the wrong type (%s) at byte %d", kind.Field, value, kind.Offset)
	}
	return sdk.Errorf(sdk.Invalid, op, "answer can't be decoded")
}
