package directumrx

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// ReadStatuses reads the documents in batches and returns the present state of
// each that has one to tell. A document that can't be understood yields a change
// without a status, which says why. A change bears no time: registration dates
// are often set back, and what is read last is what holds.
func (c *Connector) ReadStatuses(ctx context.Context, open ...sdk.Ref) ([]sdk.StatusChange, error) {
	var out []sdk.StatusChange
	left := 0
	for ids := range slices.Chunk(documentIDs(open), c.cfg.batch) {
		docs, err := c.documents(ctx, ids)
		if err != nil {
			return nil, err
		}
		letters, err := c.lettersTo(ctx, docs)
		if err != nil {
			return nil, err
		}
		for _, doc := range docs {
			change, told, err := c.change(ctx, doc, letters)
			switch {
			case err != nil && (left == maxLeft || !passing(err)):
				return nil, err
			case err != nil:
				left++
				c.log.Warn("answer letter can't be read now", "document", change.Ref.ID, "kind", sdk.KindOf(err))
			case told:
				out = append(out, change)
			}
		}
	}
	return out, nil
}

// maxLeft is how many documents of one reading are left to the next one because
// their letters can't be read now, before the failure counts for them all.
const maxLeft = 3

// passing reports whether a failure may be one document's alone.
func passing(err error) bool { return sdk.KindOf(err) == sdk.Transient && !sdk.TimedOut(err) }

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

// documents reads documents by their ids, in order. A server that gives fewer
// at a time than were asked for is asked on.
func (c *Connector) documents(ctx context.Context, ids []int64) ([]object, error) {
	const op = "read documents"
	var out []object
	for len(ids) > 0 {
		var page []object
		more := false
		if c.shape.singly() {
			return c.eachDocument(ctx, op, out, ids)
		}
		err := c.shaped(ctx, op, func(expand string) error {
			raws, goesOn, err := c.list(ctx, op, c.cfg.profile.EntitySet+query("$filter", anyOf("Id", ids), "$orderby", "Id", "$expand", expand))
			if err != nil {
				return err
			}
			more = goesOn
			page, err = decodeEach(op, raws)
			return err
		})
		if refused(err) {
			return c.eachDocument(ctx, op, out, ids)
		}
		if errors.Is(err, httpx.ErrBroken) { // one document may break the answer: asked for by halves, the others are read
			return nil, &sdk.Error{Kind: sdk.Invalid, Op: op, Err: errors.Unwrap(err)}
		}
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
		if !more || len(page) == 0 {
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

// eachDocument reads documents by their keys and adds them to out, for stands
// that refuse a filter by ids. That a stand refuses one for several ids is
// remembered.
func (c *Connector) eachDocument(ctx context.Context, op string, out []object, ids []int64) ([]object, error) {
	before := len(out)
	for _, id := range ids {
		found, err := c.document(ctx, op, id)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	if len(ids) > 1 && len(out) > before && c.shape.becomeSingly() {
		c.log.Warn("the stand does not find documents by several ids, each is read by itself")
	}
	return out, nil
}

// document reads one document by its key; nothing where it is gone.
func (c *Connector) document(ctx context.Context, op string, id int64) ([]object, error) {
	var doc object
	err := c.shaped(ctx, op, func(expand string) error {
		doc = nil
		return c.get(ctx, op, key(c.cfg.profile.EntitySet, id)+query("$expand", expand), &doc)
	})
	if httpx.StatusOf(err) == http.StatusNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []object{doc}, nil
}

// anyOf is a filter for entities whose property is one of ids.
func anyOf(property string, ids []int64) string {
	terms := make([]string, len(ids))
	for i, id := range ids {
		terms[i] = property + " eq " + strconv.FormatInt(id, 10)
	}
	return strings.Join(terms, " or ")
}

// shape is which of a document's navigations the stand gives, and how it is asked
// for documents. A stand that lacks a navigation refuses the whole request.
type shape struct {
	mu     sync.Mutex
	known  bool
	expand string
	byKey  bool // it does not find documents by several ids at once
}

// singly reports whether documents are read one by one.
func (s *shape) singly() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byKey
}

// becomeSingly has documents read one by one from now on; false where they are
// already.
func (s *shape) becomeSingly() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	news := !s.byKey
	s.byKey = true
	return news
}

// shaped makes a request that expands what a state is read from. If it is
// refused, the stand is asked for each navigation by itself, and the request is
// made again with those that it has; so it is when a stand that was asked before
// has changed.
func (c *Connector) shaped(ctx context.Context, op string, request func(expand string) error) error {
	c.shape.mu.Lock()
	expand, known := c.shape.expand, c.shape.known
	c.shape.mu.Unlock()
	if !known {
		expand = strings.Join(c.navigations(), ",")
	}
	err := request(expand)
	if status := httpx.StatusOf(err); status != http.StatusBadRequest && status != http.StatusNotImplemented || expand == "" {
		return err
	}
	var has []string
	for _, name := range c.navigations() {
		_, _, refusal := c.list(ctx, op, c.cfg.profile.EntitySet+query("$top", "1", "$expand", name))
		switch {
		case refusal == nil:
			has = append(has, name)
		case !refused(refusal):
			return refusal
		}
	}
	if err := request(strings.Join(has, ",")); err != nil {
		return err
	}
	c.log.Warn("the stand lacks some of the profile's navigations", "has", has)
	c.shape.mu.Lock()
	defer c.shape.mu.Unlock()
	c.shape.known, c.shape.expand = true, strings.Join(has, ",")
	return nil
}

// navigations lists what a state is read from besides the document itself.
func (c *Connector) navigations() []string {
	p := c.cfg.profile
	return nonEmpty(p.Answer.Property, p.Questions.Property, p.Prolongations.Property, p.State.ForwardedTo, p.State.Executor)
}

// change is what a document's present state comes to; told is false where it is
// still in its first one. The error says that the letter can't be read now.
func (c *Connector) change(ctx context.Context, doc object, letters map[int64]object) (change sdk.StatusChange, told bool, err error) {
	id, err := doc.id()
	if err != nil {
		return change, false, sdk.Errorf(sdk.Invalid, "read documents", "%w", err)
	}
	change.Ref = sdk.Ref{Link: c.link, ID: strconv.FormatInt(id, 10)}
	s, err := c.snapshot(doc, letters[id])
	if err != nil {
		change.External = sdk.External{Code: "unreadable", Label: err.Error()}
		change.ID = sdk.ChangeID(change)
		return change, true, nil
	}
	s.describe(&change, c.link)
	if change.Status.Final() && s.letter.id > 0 {
		if change.Attachments, err = c.letterFiles(ctx, s.letter); err != nil {
			return change, false, err
		}
	}
	told = change.Status != "" || change.Unmapped() || !change.Number.IsZero() || !change.AnswerBy.IsZero()
	change.ID = sdk.ChangeID(change)
	return change, told, nil
}
