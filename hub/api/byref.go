package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// appealByRef leads to the appeal that a system knows by the reference. The id
// may hold slashes, escaped or not. With at, a place in the inbound topic, it
// says what has become of the message there.
func (s *server) appealByRef(x *exchange) error {
	link, id, _ := strings.Cut(strings.TrimPrefix(x.r.URL.EscapedPath(), byRefPrefix), "/")
	id, err := url.PathUnescape(id)
	if err != nil || link == "" || id == "" {
		return errNoRoute
	}
	ref := sdk.Ref{Link: link, ID: id}
	if at := x.query.Get("at"); at != "" {
		buffered, err := s.placed(x.r.Context(), ref, at)
		if err != nil {
			return err
		}
		if buffered {
			return x.buffered(ref)
		}
	}
	appeal, err := s.Journal.ByRef(x.r.Context(), ref)
	if err != nil {
		return err
	}
	x.Header().Set("Location", "/api/v1/appeals/"+appeal)
	x.WriteHeader(http.StatusTemporaryRedirect)
	return nil
}

// askTime bounds the question how far the journal is: while it is down, what the
// topic has waits there.
const askTime = 2 * time.Second

// placed reports whether the message at a place waits in the inbound topic still;
// the error says why it is a dead letter.
func (s *server) placed(ctx context.Context, ref sdk.Ref, text string) (buffered bool, err error) {
	at, ok := bus.ParsePlace(text)
	journalled, behind := s.Journal.(journal.Buffered)
	if !ok || s.Bus == nil || !behind {
		return false, badQuery.with("at is no place of this hub's inbound topic, as the answer to a submission gives it")
	}
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	next, err := journalled.Offset(asking, s.Bus.Inbound().ID, at.Partition)
	switch {
	case errors.Is(err, journal.ErrNotFound), ctx.Err() == nil && (errors.Is(err, journal.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded)):
		return true, nil
	case err != nil || next <= at.Offset:
		return err == nil, err
	}
	return false, s.deadAt(ctx, journalled, ref, text)
}

// deadAt says why the message at a place is a dead letter, or was one until an
// operator dismissed it; nil if it is none.
func (s *server) deadAt(ctx context.Context, journalled journal.Buffered, ref sdk.Ref, place string) error {
	dead, err := s.Journal.Parked(ctx, journal.ParkedQuery{Link: ref.Link, RefID: ref.ID, Place: place, Limit: 1})
	if err != nil {
		return err
	}
	if len(dead) == 0 {
		return dismissed(journalled.Dismissed(ctx, ref, place))
	}
	if dead[0].Reason == journal.ReasonConflict {
		return keyReused.with(reusedKey+"; the parked item %d holds this one", dead[0].ID)
	}
	why := "it could not be read"
	if raw, _, err := journal.ReadRawBody(dead[0].Body); err == nil && raw.Reason != "" {
		why = raw.Reason
	}
	return deadLetter.with("%s; the parked item %d holds it", why, dead[0].ID)
}

// dismissed says that an operator took the message off the list of parked things.
func dismissed(why journal.Reason, err error) error {
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return nil
	case err != nil:
		return err
	case why == journal.ReasonConflict:
		return keyReused.with(reusedKey + "; an operator dismissed this one")
	}
	return deadLetter.with("it could not be read; an operator dismissed it")
}

// buffered says that the inbound topic has it, and the journal not yet.
func (x *exchange) buffered(ref sdk.Ref) error {
	x.Header().Set("Retry-After", "1")
	return x.answer(http.StatusAccepted, struct {
		Ref     sdk.Ref         `json:"ref"`
		Outcome journal.Outcome `json:"outcome"`
	}{ref, intake.Buffered})
}
