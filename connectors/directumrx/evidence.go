package directumrx

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// evidence is a navigation that a final state rests on, and where the profile
// names it.
type evidence struct{ property, key string }

func (p profile) evidence() []evidence {
	return []evidence{{p.Answer.Property, "answer"}, {p.Questions.Property, "questions"}, {p.State.ForwardedTo, "state.forwarded_to"}}
}

// known is a document's state with all that it rests on. What a document was
// read without is read by itself once the state is final; where that can't be
// had, the error, which is none of sdk's, says what is missing: nothing final is
// told without it.
func (c *Connector) known(ctx context.Context, id int64, doc record, all letters) (snapshot, error) {
	s, err := c.snapshot(doc.object, all.to[id])
	if why := all.unread[id]; why != nil && err == nil && s.ends() {
		return s, unreadError("letters in answer to", id, why, "answer")
	}
	if why := all.later[id]; why != nil && err == nil && s.ends() {
		return s, named(why, " in answer to ", id)
	}
	for _, e := range c.cfg.profile.evidence() {
		if err != nil || !slices.Contains(doc.lacks, e.property) || !s.restsOn(e) {
			continue
		}
		if doc.object[e.property], err = c.aside(ctx, id, e); err == nil {
			s, err = c.snapshot(doc.object, all.to[id])
		}
	}
	return s, err
}

// unreadError names what of a document can't be read, and what of the profile a
// stand that has no such thing does without.
func unreadError(what string, id int64, why error, key string) error {
	return fmt.Errorf("%s document %d can't be read: %s; for a stand that has none leave %s out of the profile", what, id, cause(why), key)
}

// ends reports whether the state is a final one, or waits for what makes it so.
func (s snapshot) ends() bool {
	m, _ := s.meaning()
	return m.Status.Final() || s.profile.Execution[s.execution].Final
}

// restsOn reports whether the state ends and may depend on a navigation. Where an
// appeal was sent to counts only where no result says more.
func (s snapshot) restsOn(e evidence) bool {
	m, _ := s.meaning()
	return s.ends() && (e.property != s.profile.State.ForwardedTo || m.Status == sdk.StatusForwarded || s.noResults())
}

// aside reads what a navigation of one document leads to: with the document, or
// at an address of its own.
func (c *Connector) aside(ctx context.Context, id int64, e evidence) (any, error) {
	address := key(c.cfg.profile.EntitySet, id)
	op := "read " + e.property + " of document " + strconv.FormatInt(id, 10)
	var doc object
	err := c.get(ctx, op, address+query("$expand", e.property), &doc)
	if err == nil {
		return doc[e.property], nil
	}
	if !own(err) {
		return nil, err
	}
	value, second := c.target(ctx, op, address+"/"+e.property)
	if own(second) {
		return nil, unreadError(e.property+" of", id, err, e.key)
	}
	return value, second
}

// target reads what is at the address of a navigation: an entity, a collection,
// or nothing (204).
func (c *Connector) target(ctx context.Context, op, path string) (any, error) {
	req, err := c.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := httpx.Do(c.http, req, op)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusNoContent {
		return nil, resp.Body.Close()
	}
	var found object
	if err := httpx.ReadJSON(resp, maxReply, op, &found); err != nil {
		return nil, err
	}
	if rows, many := found["value"].([]any); many {
		return rows, nil
	}
	return map[string]any(found), nil
}

// own reports whether a failure may be that of one document or part: the stand
// understood the request and does not give just this. Rights may be refused for
// one object; credentials never are.
func own(err error) bool { return refused(err) || httpx.StatusOf(err) == http.StatusForbidden }

// cause names a failure in words that are the same each time.
func cause(err error) string {
	if status := httpx.StatusOf(err); status != 0 {
		return "HTTP " + strconv.Itoa(status) + " " + http.StatusText(status)
	}
	return string(sdk.KindOf(err))
}
