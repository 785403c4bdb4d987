package directumrx

import (
	"context"
	"net/http"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
)

// cards is, among forms, whether the stand's documents have correspondents; the
// second form is that they have none.
const cards = "correspondents of documents"

// namesApplicant reports whether a document names its applicant in properties of its own.
func (p profile) namesApplicant() bool {
	for _, value := range p.Properties {
		if value == "full_name" || value == "surname" {
			return true
		}
	}
	return false
}

// withCard writes a document, and again without its correspondent where the stand,
// which has taken none yet, refuses it, and the profile has the applicant in other
// properties as well. Whether all documents lack it, or this one, is asked
// afterwards. If both are refused the first one's words are told.
func (c *Connector) withCard(ctx context.Context, entity object, write func() (doc int64, err error)) (int64, error) {
	name := c.cfg.profile.Correspondent.Property
	_, has := entity[name]
	_, known := c.forms.of(cards)
	doc, err := write()
	if has && err == nil {
		c.forms.learn(cards, false)
	}
	if !has || known || httpx.StatusOf(err) != http.StatusBadRequest || !c.cfg.profile.namesApplicant() {
		return doc, err
	}
	delete(entity, name)
	doc, second := write()
	switch {
	case refused(second):
		return 0, err
	case second == nil:
		c.lacksCard(ctx, doc)
	}
	return doc, second
}

// lacksCard is told of a document that was written without a correspondent.
func (c *Connector) lacksCard(ctx context.Context, doc int64) {
	name := c.cfg.profile.Correspondent.Property
	var ignored object
	err := c.get(ctx, "look for the correspondent", key(c.cfg.profile.EntitySet, doc)+query("$expand", name), &ignored)
	switch {
	case !notThatWay(err):
		c.log.Warn("document is without its correspondent", "document", doc)
	case c.forms.learn(cards, true):
		c.log.Warn("the stand's documents have no correspondent, the applicant is in their own properties only", "refuses", name)
	}
}
