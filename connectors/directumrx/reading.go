package directumrx

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// maxLeft is how many documents of one reading are left to the next one because
// they can't be read now, before the failure counts for them all.
const maxLeft = 3

// tries is after how many readings in a row that left a document it is told as
// one that can't be read.
const tries = 3

// reading is one reading of states, and what it could not read.
type reading struct {
	*Connector
	out    []sdk.StatusChange
	found  int                // documents
	gone   bool               // some are
	unread []sdk.StatusChange // of documents that can't be read
	first  error              // why the first of these can't
	left   int
	asked  bool // the stand does well otherwise
}

// result is what was told. Where every document is gone the stand may be another
// one; where no document could be read and several are told as such, it is no
// single document's failure.
func (r *reading) result(ctx context.Context) ([]sdk.StatusChange, error) {
	if r.found == 0 && r.gone {
		if err := r.wellOtherwise(ctx); err != nil {
			return nil, err
		}
	}
	if r.found == 0 && len(r.unread) > maxLeft {
		return nil, r.first
	}
	return append(r.out, r.unread...), nil
}

// apart takes a document that can't be read by its key. Where the stand does well
// otherwise that is the document's own: a gone one yields nothing, a denied one is
// told as such, and one that fails is left to the next reading. The error is one
// that counts for all.
func (r *reading) apart(ctx context.Context, id int64, failed error) error {
	gone, denied := httpx.StatusOf(failed) == http.StatusNotFound, httpx.StatusOf(failed) == http.StatusForbidden
	if !gone && !denied && !passing(failed) {
		return failed
	}
	if gone {
		r.gone = true
		return nil
	}
	if err := r.wellOtherwise(ctx); err != nil {
		return err
	}
	if !denied {
		return r.leave(id, failed)
	}
	r.tell(id, failed)
	return nil
}

func (r *reading) tell(id int64, failed error) {
	r.first = cmp.Or(r.first, failed)
	r.unread = append(r.unread, unreadable(r.changeOf(id), cannot(failed)))
}

// wellOtherwise asks once a reading whether the stand gives anything at all.
func (r *reading) wellOtherwise(ctx context.Context) error {
	if r.asked {
		return nil
	}
	err := r.Check(ctx)
	if httpx.StatusOf(err) == http.StatusNotFound {
		return unpublished("read documents", r.cfg.profile.EntitySet, err)
	}
	if status := httpx.StatusOf(err); status == http.StatusBadRequest || status == http.StatusNotImplemented {
		err = nil // it answers, and finds nothing this way
	}
	r.asked = err == nil
	return err
}

// leave leaves a document to the next reading. One that was left several times in
// a row is told as one that can't be read, so that it stays in sight.
func (r *reading) leave(id int64, failed error) error {
	if r.trouble.note(id, func(before int) int { return before + 1 }) >= tries {
		r.tell(id, failed)
		return nil
	}
	if r.left == maxLeft {
		return failed
	}
	r.left++
	r.log.Warn("document can't be read now", "document", id, "kind", sdk.KindOf(failed))
	return nil
}

func (c *Connector) changeOf(id int64) sdk.StatusChange {
	return sdk.StatusChange{Ref: sdk.Ref{Link: c.link, ID: strconv.FormatInt(id, 10)}}
}

// cannot says what failed and how, in words that are the same each time.
func cannot(failed error) error {
	var e *sdk.Error
	if !errors.As(failed, &e) {
		return failed
	}
	return fmt.Errorf("can't %s: %s", e.Op, cause(failed))
}

// passing reports whether a failure may be one document's alone.
func passing(err error) bool {
	return err != nil && sdk.KindOf(err) == sdk.Transient && !sdk.TimedOut(err)
}
