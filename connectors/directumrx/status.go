package directumrx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// ReadStatuses reads the documents in batches and returns the present state of
// each that has one to tell. A document that can't be understood yields a change
// without a status, which says why. A change bears no time: registration dates
// are often set back, and what is read last is what holds.
func (c *Connector) ReadStatuses(ctx context.Context, open ...sdk.Ref) ([]sdk.StatusChange, error) {
	r := reading{Connector: c}
	for ids := documentIDs(open); len(ids) > 0; {
		n := min(len(ids), c.shape.atOnce(c.cfg.batch))
		if err := r.batch(ctx, ids[:n]); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return r.result(ctx)
}

func (r *reading) batch(ctx context.Context, ids []int64) error {
	docs, err := r.documents(ctx, ids)
	if err != nil {
		return err
	}
	all, err := r.lettersTo(ctx, docs)
	if err != nil {
		return err
	}
	for _, doc := range docs {
		id, err := doc.id()
		if err != nil {
			return sdk.Errorf(sdk.Invalid, "read documents", "%w", err)
		}
		change, told, err := r.change(ctx, id, doc, all)
		if passing(err) {
			err = r.leave(id, err)
		} else if err == nil {
			r.trouble.over(id)
		}
		if err != nil {
			return err
		}
		if told {
			r.out = append(r.out, change)
		}
	}
	return nil
}

// documentIDs returns the ids of references in order, each once; what is no id
// names no document here.
func documentIDs(refs []sdk.Ref) []int64 {
	var ids []int64
	for _, r := range refs {
		if id, err := strconv.ParseInt(r.ID, 10, 64); err == nil && id > 0 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// record is a document, and the navigations that it could not be read with.
type record struct {
	object
	lacks []string
}

// documents reads documents by their ids, in order. A server that gives fewer
// at a time than were asked for is asked on, whether or not it says that there are
// more.
func (r *reading) documents(ctx context.Context, ids []int64) ([]record, error) {
	const op = "read documents"
	var out []record
	for len(ids) > 0 {
		var page []object
		if r.shape.singly() {
			return r.eachDocument(ctx, out, ids)
		}
		lacks, err := r.shaped(func(expand string) error {
			raws, _, err := r.list(ctx, op, r.cfg.profile.EntitySet+query("$filter", anyOf("Id", ids), "$orderby", "Id", "$expand", expand))
			if err != nil {
				return err
			}
			page, err = decodeEach(op, raws)
			return err
		})
		if refused(err) && len(ids) > 2 {
			return r.byHalves(ctx, out, ids)
		}
		if refused(err) {
			return r.eachDocument(ctx, out, ids)
		}
		if errors.Is(err, httpx.ErrBroken) { // one document may break the answer: asked for by halves, the others are read
			return nil, &sdk.Error{Kind: sdk.Invalid, Op: op, Err: errors.Unwrap(err)}
		}
		if err != nil {
			return nil, err
		}
		for _, doc := range page {
			out = append(out, record{doc, lacks})
		}
		r.found += len(page)
		if len(page) == 0 {
			return out, nil
		}
		last, err := page[len(page)-1].id()
		if err != nil {
			return nil, sdk.Errorf(sdk.Invalid, op, "%w", err)
		}
		ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id <= last })
	}
	return out, nil
}

// byHalves reads documents, of which the stand refuses so many at once, and adds
// them to out. That it gives fewer is remembered.
func (r *reading) byHalves(ctx context.Context, out []record, ids []int64) ([]record, error) {
	for part := range slices.Chunk(ids, (len(ids)+1)/2) {
		docs, err := r.documents(ctx, part)
		if err != nil {
			return nil, err
		}
		if out = append(out, docs...); len(docs) > 0 && !r.shape.singly() {
			r.shape.takes(len(part))
		}
	}
	return out, nil
}

// eachDocument reads documents by their keys and adds them to out, for stands
// that refuse a filter by ids. That a stand refuses one for several ids is
// remembered.
func (r *reading) eachDocument(ctx context.Context, out []record, ids []int64) ([]record, error) {
	before := len(out)
	for _, id := range ids {
		doc, err := r.document(ctx, id)
		if err == nil {
			out = append(out, doc)
			r.found++
		} else if err = r.apart(ctx, id, err); err != nil {
			return nil, err
		}
	}
	if len(ids) > 1 && len(out) > before && r.shape.becomeSingly() {
		r.log.Warn("the stand does not find documents by several ids, each is read by itself")
	}
	return out, nil
}

// document reads one document by its key.
func (c *Connector) document(ctx context.Context, id int64) (record, error) {
	var doc object
	lacks, err := c.shaped(func(expand string) error {
		doc = nil
		return c.get(ctx, "read document "+strconv.FormatInt(id, 10), key(c.cfg.profile.EntitySet, id)+query("$expand", expand), &doc)
	})
	return record{doc, lacks}, err
}

// anyOf is a filter for entities whose property is one of ids.
func anyOf(property string, ids []int64) string {
	terms := make([]string, len(ids))
	for i, id := range ids {
		terms[i] = property + " eq " + strconv.FormatInt(id, 10)
	}
	return strings.Join(terms, " or ")
}

// change is what a document's present state comes to; told is false where it is
// still in its first one. The error says that what it rests on can't be read now.
func (c *Connector) change(ctx context.Context, id int64, doc record, all letters) (change sdk.StatusChange, told bool, err error) {
	change = c.changeOf(id)
	s, err := c.known(ctx, id, doc, all)
	if failed := (*sdk.Error)(nil); errors.As(err, &failed) {
		return change, false, err
	}
	if err != nil {
		return unreadable(change, err), true, nil
	}
	s.describe(&change, c.link)
	c.unfinished(id, s, &change)
	if change.Status.Final() && s.letter.id > 0 && !s.letter.draft {
		change.Attachments, err = c.letterFiles(ctx, s.letter)
		if httpx.StatusOf(err) == http.StatusForbidden {
			return unreadable(c.changeOf(id), fmt.Errorf("versions of document %d, the answer to document %d, can't be read: %s", s.letter.id, id, cause(err))), true, nil
		}
		if err != nil {
			return change, false, err
		}
	}
	told = change.Status != "" || change.Unmapped() || !change.Number.IsZero() || !change.AnswerBy.IsZero()
	change.ID = sdk.ChangeID(change)
	return change, told, nil
}

// unreadable is the change of a document whose state can't be told, and why.
func unreadable(change sdk.StatusChange, why error) sdk.StatusChange {
	change.External = sdk.External{Code: "unreadable", Label: why.Error()}
	change.ID = sdk.ChangeID(change)
	return change
}
