package directumrx

import (
	"context"
	"strconv"
	"strings"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// letter reads an answer letter; the zero value where there is none.
func (c *Connector) letter(o object) (letter, error) {
	if o == nil {
		return letter{}, nil
	}
	state := c.cfg.profile.State
	id, err := o.id()
	if err != nil {
		return letter{}, err
	}
	r := reader{of: o}
	l := letter{id: id, name: r.text("Name"), number: r.text(state.RegistrationNumber)}
	l.registered, err = o.date(state.RegistrationDate, c.days())
	r.take(err)
	l.draft = l.number == "" && len(c.cfg.profile.Answer.Draft) > 0
	for name, value := range c.cfg.profile.Answer.Draft {
		l.draft = r.text(name) == value && l.draft
	}
	return l, r.err
}

// letters are those that answer documents, by the ids of these, and why those to
// some documents can't be read, at all or now.
type letters struct {
	to     map[int64]object
	unread map[int64]error
	later  map[int64]error
	some   bool // the stand found letters, or that there are none, at least once
}

// lettersTo finds the letters that answer documents, where the profile says that
// a letter leads to its document and not the other way round. Of several the
// registered one counts, then the newest.
func (c *Connector) lettersTo(ctx context.Context, docs []record) (letters, error) {
	out := letters{to: map[int64]object{}, unread: map[int64]error{}, later: map[int64]error{}}
	rule := c.cfg.profile.Answer
	if rule.By == "" || len(docs) == 0 {
		return out, nil
	}
	var ids []int64
	for _, doc := range docs {
		if id, err := doc.id(); err == nil {
			ids = append(ids, id)
		}
	}
	found, err := c.answering(ctx, ids, &out)
	if err != nil {
		return out, err
	}
	if len(out.unread) > 0 {
		c.log.Warn("the stand does not find letters by what they answer", "documents", len(out.unread))
	}
	for _, one := range found {
		about, err := one.child(rule.By)
		if err != nil || about == nil {
			continue
		}
		number, _ := one.text(c.cfg.profile.State.RegistrationNumber)
		if id, err := about.id(); err == nil && (out.to[id] == nil || number != "") {
			out.to[id] = one
		}
	}
	return out, nil
}

// answering reads the letters that answer documents. A stand that refuses to
// look for several at once, or fails, is asked by halves: a document whose letters
// it refuses by themselves is unread, and one for which it fails is read later.
// One that refused maxLeft of those and gave nothing yet is taken to refuse them
// all; that it failed for so many is told.
func (c *Connector) answering(ctx context.Context, ids []int64, out *letters) ([]object, error) {
	const op = "read answer letters"
	rule := c.cfg.profile.Answer
	found, err := c.listAll(ctx, op, rule.Set, anyOf(rule.By+"/Id", ids), "$expand", rule.By)
	if !own(err) && !passing(err) {
		out.some = out.some || err == nil
		return found, err
	}
	half := len(ids) / 2
	most := !out.some && len(out.unread)+len(out.later) >= maxLeft
	switch {
	case own(err) && (half == 0 || most):
		for _, id := range ids {
			out.unread[id] = err
		}
		return nil, nil
	case most:
		return nil, err
	case half == 0:
		out.later[ids[0]] = err
		return nil, nil
	}
	first, err := c.answering(ctx, ids[:half], out)
	if err != nil {
		return nil, err
	}
	second, err := c.answering(ctx, ids[half:], out)
	return append(first, second...), err
}

// letterFiles announces the last version of a letter. A letter that is gone is
// announced as missing.
func (c *Connector) letterFiles(ctx context.Context, l letter) ([]sdk.Attachment, error) {
	versions, err := c.versions(ctx, l.id, c.cfg.profile.Answer.Set)
	if err != nil {
		switch sdk.KindOf(err) {
		case sdk.NotFound, sdk.Rejected, sdk.Unsupported, sdk.Invalid:
			return []sdk.Attachment{{ID: "letter-" + strconv.FormatInt(l.id, 10), Name: fileName(l.name, ""), Missing: "the answer letter's versions can't be read"}}, nil
		}
		return nil, err
	}
	var last version
	for _, v := range versions {
		if !v.hidden && (v.number > last.number || v.number == last.number && v.id > last.id) {
			last = v
		}
	}
	if last.id == 0 {
		return nil, nil
	}
	return []sdk.Attachment{{
		ID:        "letter-" + strconv.FormatInt(l.id, 10) + "-" + strconv.FormatInt(last.id, 10),
		Name:      fileName(l.name, last.extension),
		MediaType: mediaType(last.extension),
		Locator:   bodyPath(c.cfg.profile.Bodies, l.id, last.id),
	}}, nil
}

// fileName makes a file's name of a document's.
func fileName(name, extension string) string {
	name = strings.TrimSpace(strings.NewReplacer("/", "-", `\`, "-").Replace(name))
	if name == "" {
		name = "Ответ"
	}
	if extension != "" && !strings.HasSuffix(strings.ToLower(name), "."+extension) {
		name += "." + extension
	}
	return httpx.BaseName(name)
}

// mediaType returns the type of files with an extension; empty where it is not
// known: then the file's first bytes tell.
func mediaType(extension string) string {
	for kind, ext := range extensions() {
		if ext == extension {
			return kind
		}
	}
	return ""
}
