package link

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// ErrBusy says that a call found no place, or not its turn, among the link's
// other calls in time. It was not made: the error tells nothing of the system.
var ErrBusy = errors.New("the call was not made")

// call carries out f within the link's limits.
func call[T any](ctx context.Context, l *Link, op string, limit time.Duration, f func(context.Context) (T, error)) (out T, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := l.enter(ctx, op); err != nil {
		return out, err
	}
	defer l.leave()
	return guarded(ctx, l, op, f)
}

// guarded carries out f and turns a panic into an error.
func guarded[T any](ctx context.Context, l *Link, op string, f func(context.Context) (T, error)) (out T, err error) {
	defer l.rescue(op, &err)
	out, err = f(ctx)
	return out, sound(op, err)
}

// sound returns an error of the connector's that brings nobody down who reads it. A
// nil pointer in place of no error is told as the fault that it is.
func sound(op string, err error) error {
	if err == nil {
		return nil
	}
	if v := reflect.ValueOf(err); v.Kind() == reflect.Pointer && v.IsNil() {
		return sdk.Errorf(sdk.Invalid, op, "the connector returned a nil %T in place of no error", err)
	}
	text := err.Error() // what panics does so here, where it is caught
	if e := new(sdk.Error); errors.As(err, &e) && e == nil {
		return sdk.Errorf(sdk.Transient, op, "%s", text)
	}
	return err
}

// enter waits for a place and for the link's rate. After nil, leave must
// follow.
func (l *Link) enter(ctx context.Context, op string) error {
	select {
	case <-l.closed:
		return sdk.Errorf(sdk.Transient, op, "the link is closed")
	default:
	}
	select {
	case l.slots <- struct{}{}:
	case <-l.closed:
		return sdk.Errorf(sdk.Transient, op, "the link is closed")
	case <-ctx.Done():
		return sdk.Errorf(sdk.Transient, op, "%w: no place among %d calls at once: %w", ErrBusy, cap(l.slots), ctx.Err())
	}
	if err := l.await(ctx, op); err != nil {
		l.leave()
		return err
	}
	return nil
}

func (l *Link) leave() { <-l.slots }

// await waits for the link's rate. Where the wait would outlast the call's
// limit it fails at once, as Throttled: no attempt was made.
func (l *Link) await(ctx context.Context, op string) error {
	if l.limiter == nil {
		return nil
	}
	err := l.limiter.Wait(ctx)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return sdk.Errorf(sdk.Transient, op, "%w: waiting for the link's rate: %w", ErrBusy, ctx.Err())
	}
	return &sdk.Error{
		Kind:  sdk.Throttled,
		Op:    op,
		After: time.Duration(float64(time.Second) / l.cfg.Rate),
		Err:   fmt.Errorf("the link's rate of %v calls a second is used up", l.cfg.Rate),
	}
}

// rescue turns a panic into an error. What was panicked with may hold personal
// data, so only runtime errors are quoted; the stack goes to the log.
func (l *Link) rescue(op string, err *error) {
	v := recover()
	if v == nil {
		return
	}
	l.log.Error("the connector panicked", "op", op, "stack", string(debug.Stack()))
	what := fmt.Errorf("the connector panicked with a %T", v)
	if cause, ok := v.(error); ok {
		if broken := runtime.Error(nil); errors.As(cause, &broken) {
			what = fmt.Errorf("the connector panicked: %w", broken)
		}
	}
	*err = &sdk.Error{Kind: sdk.Transient, Op: op, Err: what}
}

// lacks says that the connector has no such method.
func lacks(op string) error {
	return sdk.Errorf(sdk.Unsupported, op, "the connector can't do this")
}
