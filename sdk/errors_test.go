package sdk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

func TestKindOf(t *testing.T) {
	denied := &sdk.Error{Kind: sdk.Denied, Op: "get token", After: time.Minute, Err: io.EOF}
	for what, test := range map[string]struct {
		err   error
		kind  sdk.Kind
		after time.Duration
		text  string
	}{
		"classified":        {denied, sdk.Denied, time.Minute, "get token: EOF"},
		"wrapped":           {fmt.Errorf("link pos: %w", denied), sdk.Denied, time.Minute, "link pos: get token: EOF"},
		"outermost decides": {&sdk.Error{Kind: sdk.Transient, Op: "fetch", Err: denied}, sdk.Transient, 0, "fetch: get token: EOF"},
		"joined: the first": {errors.Join(denied, sdk.Errorf(sdk.Invalid, "x", "y")), sdk.Denied, time.Minute, "get token: EOF\nx: y"},
		"not classified":    {io.EOF, sdk.Transient, 0, "EOF"},
		"without a kind":    {&sdk.Error{Op: "x", Err: io.EOF}, sdk.Transient, 0, "x: EOF"},
		"of no such kind":   {&sdk.Error{Kind: "fatal\xff", Op: "x", Err: io.EOF}, sdk.Transient, 0, "x: EOF"},
		"without a cause":   {&sdk.Error{Kind: sdk.Throttled, Op: "poll"}, sdk.Throttled, 0, "poll: throttled"},
		"without an op":     {&sdk.Error{Kind: sdk.Conflict, Err: io.EOF}, sdk.Conflict, 0, "EOF"},
		"cancelled":         {context.Canceled, sdk.Transient, 0, "context canceled"},
		"formatted":         {sdk.Errorf(sdk.Rejected, "send", "field %q", "x"), sdk.Rejected, 0, `send: field "x"`},
	} {
		if sdk.KindOf(test.err) != test.kind || sdk.AfterOf(test.err) != test.after || test.err.Error() != test.text {
			t.Errorf("%s: %s, %s, %q", what, sdk.KindOf(test.err), sdk.AfterOf(test.err), test.err)
		}
	}
	var none *sdk.Error
	if err := error(none); sdk.KindOf(err) != sdk.Transient || sdk.AfterOf(err) != 0 || err.Error() == "" || errors.Is(err, io.EOF) {
		t.Errorf("a nil *Error: %s, %v", sdk.KindOf(err), err)
	}
	if !errors.Is(sdk.Errorf(sdk.Invalid, "x", "y: %w", io.EOF), io.EOF) {
		t.Error("the cause is lost")
	}
}

func TestTimedOut(t *testing.T) {
	for what, test := range map[string]struct {
		err  error
		want bool
	}{
		"deadline":           {context.DeadlineExceeded, true},
		"deadline, wrapped":  {sdk.Errorf(sdk.Transient, "create", "sent: %w", context.DeadlineExceeded), true},
		"of the network":     {sdk.Errorf(sdk.Transient, "create", "%w", os.ErrDeadlineExceeded), true},
		"cancelled":          {context.Canceled, false},
		"connection refused": {sdk.Errorf(sdk.Transient, "create", "refused"), false},
		"none":               {nil, false},
	} {
		if sdk.TimedOut(test.err) != test.want {
			t.Errorf("%s: want %v", what, test.want)
		}
	}
}

func TestKindsAreDistinct(t *testing.T) {
	seen := map[sdk.Kind]bool{"": true}
	for _, k := range sdk.Kinds() {
		if seen[k] {
			t.Errorf("%q twice", k)
		}
		seen[k] = true
	}
}
