package directumrx

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// maxExternalID is what the platform's own table of external ids holds
// (ExtEntityId).
const maxExternalID = 36

// document is what is known of the document of an appeal.
type document struct {
	id       int64
	deadline sdk.Date
}

// find looks an appeal's document up by our id; nil where there is none. Two of
// them are a Conflict that a person must resolve.
func (c *Connector) find(ctx context.Context, id string) (*document, error) {
	const op = "look up document"
	p := c.cfg.profile
	raws, _, err := c.list(ctx, op, p.EntitySet+query("$filter", p.ExternalID+" eq "+quoted(id), "$orderby", "Id", "$top", "2"))
	if err != nil {
		return nil, unpublished(op, p.EntitySet, err)
	}
	found, err := sought(op, p.ExternalID, id, raws)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	doc := &document{}
	if doc.id, err = found[0].id(); err == nil && p.State.Deadline != "" {
		doc.deadline, err = found[0].date(p.State.Deadline, c.days())
	}
	if err != nil {
		return nil, sdk.Errorf(sdk.Invalid, op, "%w", err)
	}
	if len(found) > 1 {
		second, _ := found[1].id()
		return nil, sdk.Errorf(sdk.Conflict, op, "documents %d and %d both bear the appeal's id in %s", doc.id, second, p.ExternalID)
	}
	return doc, nil
}

// sought decodes what a look-up by our id found. What bears another id is somebody
// else's: a server that gives it does not apply filters, and the appeal waits
// until the stand is right.
func sought(op, property, id string, raws []json.RawMessage) ([]object, error) {
	found, err := decodeEach(op, raws)
	if err != nil {
		return nil, err
	}
	for _, one := range found {
		if !one.bears(property, id) {
			return nil, sdk.Errorf(sdk.Transient, op, "answer holds an entity with another %s than was asked for", property)
		}
	}
	return found, nil
}

// unpublished explains a 404 for a whole entity set. That is no fault of the
// appeal's: it waits until the stand, the address or the profile is right.
func unpublished(op, set string, err error) error {
	if httpx.StatusOf(err) != http.StatusNotFound {
		return err
	}
	return sdk.Errorf(sdk.Transient, op, "entity set %s is not published at this address: %w", set, err)
}

const businessUnits = "IBusinessUnits"

// createDocument creates the document with everything that belongs to it.
func (c *Connector) createDocument(ctx context.Context, a *sdk.Appeal) (*document, error) {
	const op = "create document"
	p := c.cfg.profile
	entity, err := c.content(ctx, a)
	if err != nil {
		return nil, err
	}
	for name, value := range p.Constants {
		entity[name] = value
	}
	entity[p.ExternalID] = a.ID
	if p.BusinessUnit != "" && c.cfg.businessUnit > 0 {
		entity[p.BusinessUnit] = reference{businessUnits, int64(c.cfg.businessUnit)}
	}
	kind, err := c.documentKind(ctx)
	if err != nil {
		return nil, err
	}
	if kind > 0 {
		entity[p.DocumentKind.Property] = reference{p.DocumentKind.Set, kind}
	}
	question, err := c.question(ctx, a)
	if err != nil {
		return nil, err
	}
	doc := &document{}
	doc.id, err = c.withCard(ctx, entity, func() (int64, error) { return c.createWith(ctx, op, entity, question) })
	if err != nil {
		return nil, err
	}
	return doc, nil
}

// createWith creates a document together with its question's row; on stands that
// take no rows in a new document, the row is added afterwards.
func (c *Connector) createWith(ctx context.Context, op string, entity object, question int64) (int64, error) {
	const rows = "rows of a new document"
	p := c.cfg.profile
	apart, known := c.forms.of(rows)
	create := func() (int64, error) {
		made, err := c.create(ctx, op, p.EntitySet, entity)
		if err != nil {
			return 0, err
		}
		return made.id()
	}
	if question == 0 {
		return create()
	}
	if !apart {
		entity[p.Questions.Property] = []object{{p.Questions.Link: reference{p.Questions.Set, question}}}
		doc, err := create()
		if known || httpx.StatusOf(err) != http.StatusBadRequest {
			if err == nil {
				c.forms.learn(rows, false)
			}
			return doc, err
		}
		delete(entity, p.Questions.Property)
	}
	doc, err := create()
	if err == nil {
		c.forms.learn(rows, true)
		err = c.addQuestion(ctx, doc, question)
	}
	return doc, err
}

// addQuestion adds the question to a document of a stand that takes no rows
// together with a new document. A document without its question is worth more
// than none, so a refusal is only logged; what may pass is tried again.
func (c *Connector) addQuestion(ctx context.Context, doc, question int64) error {
	p := c.cfg.profile
	row := object{p.Questions.Link: reference{p.Questions.Set, question}}
	err := c.send(ctx, http.MethodPost, "add question", key(p.EntitySet, doc)+"/"+p.Questions.Property, row)
	return c.without(named(err, " of ", doc), doc)
}

// ensureQuestion adds the question to a document that was found without its text,
// unless it has one: the delivery that created it may have ended before.
func (c *Connector) ensureQuestion(ctx context.Context, doc int64, a *sdk.Appeal) error {
	question, err := c.question(ctx, a)
	if err != nil || question == 0 {
		return err
	}
	value, err := c.aside(ctx, doc, evidence{c.cfg.profile.Questions.Property, "questions"})
	if err != nil {
		return c.without(err, doc)
	}
	if rows, _ := value.([]any); len(rows) > 0 {
		return nil
	}
	return c.addQuestion(ctx, doc, question)
}

// without returns the failure of adding a question if it may pass or is the
// link's, and logs any other.
func (c *Connector) without(err error, doc int64) error {
	failed := (*sdk.Error)(nil)
	if err == nil || errors.As(err, &failed) && troubled(err) {
		return err
	}
	c.log.Warn("document is without its question", "document", doc, "kind", sdk.KindOf(err))
	return nil
}

// troubled reports whether a failure may pass, or is no answer about one object.
func troubled(err error) bool {
	switch sdk.KindOf(err) {
	case sdk.Transient, sdk.Throttled, sdk.Denied:
		return httpx.StatusOf(err) != http.StatusForbidden
	}
	return false
}

// content is what every revision writes: the properties and the correspondent.
func (c *Connector) content(ctx context.Context, a *sdk.Appeal) (object, error) {
	p := c.cfg.profile
	entity := object{}
	c.fill(entity, p.Properties, a)
	if none, _ := c.forms.of(cards); p.Correspondent.Property != "" && !none {
		id, err := c.correspondent(ctx, a)
		if err != nil {
			return nil, err
		}
		entity[p.Correspondent.Property] = reference{counterparties, id}
	}
	return entity, nil
}

// revise writes the appeal's revision unless the document has it already. A
// text version without a body is one whose upload was cut off.
func (c *Connector) revise(ctx context.Context, doc *document, a *sdk.Appeal, versions []version, created bool) error {
	revision := max(1, a.Revision)
	last, has := lastText(versions)
	if has && last.revision > revision {
		return nil
	}
	text := c.cfg.text(a)
	if has && last.revision == revision {
		return c.complete(ctx, doc.id, last.id, httpx.NewLent(strings.NewReader(text), int64(len(text))))
	}
	if !created && (has || revision > 1) {
		if err := c.update(ctx, doc, a); err != nil {
			return err
		}
	}
	mark := fmt.Sprintf("%s%d", textMark, revision)
	return c.addVersion(ctx, doc.id, newVersion{note: mark, number: nextNumber(versions), extension: plainText, body: httpx.NewLent(strings.NewReader(text), int64(len(text)))})
}

// update writes the properties of a newer revision. The term is only ever put
// off: the EDMS may have extended it since.
func (c *Connector) update(ctx context.Context, doc *document, a *sdk.Appeal) error {
	change, err := c.content(ctx, a)
	if err != nil {
		return err
	}
	for name, value := range c.cfg.profile.Properties {
		if value == valueAnswerBy && !doc.deadline.Before(a.AnswerBy) {
			delete(change, name)
		}
	}
	_, err = c.withCard(ctx, change, func() (int64, error) {
		return doc.id, c.patch(ctx, "update", key(c.cfg.profile.EntitySet, doc.id), change)
	})
	return named(err, " ", doc.id)
}
