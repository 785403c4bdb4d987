package directumrx

import (
	"context"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/appealhub/appealhub/sdk"
)

// How long an entry of a catalogue is remembered, and that there is none.
const (
	rememberFound  = time.Hour
	rememberAbsent = 5 * time.Minute
	maxRemembered  = 4096
)

// catalogue remembers ids of entries that hardly change: applications by
// extension, questions by code, kinds of document.
type catalogue struct {
	now     func() time.Time
	mu      sync.Mutex
	entries map[string]entry
}

type entry struct {
	id    int64 // 0: there is none
	until time.Time
}

func (c *catalogue) get(key string) (int64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	return e.id, ok && c.now().Before(e.until)
}

func (c *catalogue) put(key string, id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil || len(c.entries) >= maxRemembered {
		c.entries = map[string]entry{}
	}
	keep := rememberFound
	if id == 0 {
		keep = rememberAbsent
	}
	c.entries[key] = entry{id, c.now().Add(keep)}
}

// lookup finds an entry by a property's exact value; 0 where there is none, or
// the stand does not publish the catalogue.
func (c *Connector) lookup(ctx context.Context, op, set, property, value string) (int64, error) {
	return c.remembered(op, set+"/"+property+"/"+value, func() ([]object, error) {
		raws, _, err := c.list(ctx, op, set+query("$filter", property+" eq "+quoted(value), "$orderby", "Id", "$top", "1"))
		if err != nil {
			return nil, err
		}
		return decodeEach(op, raws)
	}, func(one object) bool { return one.bears(property, value) })
}

// remembered returns the id of the first entity of read's that fits.
func (c *Connector) remembered(op, key string, read func() ([]object, error), fits func(object) bool) (int64, error) {
	if id, ok := c.catalogue.get(key); ok {
		return id, nil
	}
	all, err := read()
	if refused(err) {
		c.log.Warn("catalogue can't be read, its property is left out", "op", op, "kind", sdk.KindOf(err))
		all, err = nil, nil
	}
	if err != nil {
		return 0, err
	}
	var id int64
	for _, one := range all {
		if fits(one) {
			if id, err = one.id(); err != nil {
				return 0, sdk.Errorf(sdk.Invalid, op, "%w", err)
			}
			break
		}
	}
	c.catalogue.put(key, id)
	return id, nil
}

// plainText is the extension whose application takes what no other opens.
const plainText = "txt"

const applications = "IAssociatedApplications"

// application returns the id of the application that opens files with an
// extension, else of the one for plain text, else of the first there is: a
// version must have one, and its bytes are worth more than its icon. 0 where the
// stand has none.
func (c *Connector) application(ctx context.Context, extension string) (int64, error) {
	const op = "look up application"
	for _, ext := range []string{extension, plainText} {
		if ext == "" {
			continue
		}
		if id, err := c.lookup(ctx, op, applications, "Extension", ext); id > 0 || err != nil {
			return id, err
		}
	}
	return c.remembered(op, applications, func() ([]object, error) {
		raws, _, err := c.list(ctx, op, applications+query("$orderby", "Id", "$top", "1"))
		if err != nil {
			return nil, err
		}
		return decodeEach(op, raws)
	}, func(object) bool { return true })
}

// question returns the id of the classifier's question that the appeal is about:
// by its code, else by the code that the profile gives for an entry of the
// source's catalogue, else by that entry's name; the narrowest entry first.
func (c *Connector) question(ctx context.Context, a *sdk.Appeal) (int64, error) {
	const op = "look up question"
	rule := c.cfg.profile.Questions
	if rule.Property == "" {
		return 0, nil
	}
	terms := []sdk.Term{a.Fact, a.Subcategory, a.Category}
	codes := []string{a.Classifier}
	for _, term := range terms {
		codes = append(codes, rule.Codes[term.ID], rule.Codes[term.Name])
	}
	for _, code := range nonEmpty(codes...) {
		if id, err := c.lookup(ctx, op, rule.Set, rule.Code, code); id > 0 || err != nil {
			return id, err
		}
	}
	for _, term := range terms {
		if term.Name == "" || rule.Name == "" || utf8.RuneCountInString(term.Name) > maxTitle {
			continue
		}
		if id, err := c.lookup(ctx, op, rule.Set, rule.Name, term.Name); id > 0 || err != nil {
			return id, err
		}
	}
	return 0, nil
}

// documentKind returns the id of the kind of new documents; 0 leaves it to the
// server.
func (c *Connector) documentKind(ctx context.Context) (int64, error) {
	const op = "look up document kind"
	rule := c.cfg.profile.DocumentKind
	if c.cfg.documentKind > 0 {
		return int64(c.cfg.documentKind), nil
	}
	read := func() ([]object, error) { return c.listAll(ctx, op, rule.Set, "") }
	for _, name := range rule.Names {
		id, err := c.remembered(op, rule.Set+"/"+name, read, func(kind object) bool {
			called, _ := kind.text("Name")
			return strings.HasPrefix(strings.ToLower(called), strings.ToLower(name))
		})
		if id > 0 || err != nil {
			return id, err
		}
	}
	return 0, nil
}
