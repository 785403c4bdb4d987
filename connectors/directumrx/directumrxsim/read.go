package directumrxsim

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// page is a request for some of a set's entities.
type page struct {
	shape  *shape
	filter *node
	order  []order
	top    int // -1: all
	skip   int
	count  bool
}

type order struct {
	by   *node
	down bool
}

func (s *Sim) page(t *entityType, raw string) (*page, error) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return nil, bad("Строка запроса не разобрана")
	}
	out := &page{top: -1}
	if out.shape, err = s.shape(t, query, true); err != nil {
		return nil, err
	}
	if f := query.Get("$filter"); query.Has("$filter") {
		if out.filter, err = s.parseFilter(t, f); err != nil {
			return nil, err
		}
	}
	for _, item := range split(query.Get("$orderby"), ',') {
		o, err := s.parseOrder(t, item)
		if err != nil {
			return nil, err
		}
		out.order = append(out.order, o)
	}
	for name, into := range map[string]*int{"$top": &out.top, "$skip": &out.skip} {
		if !query.Has(name) {
			continue
		}
		n, err := strconv.Atoi(query.Get(name))
		if err != nil || n < 0 {
			return nil, bad("Invalid value '%s' for %s query option found. The %s query option requires a non-negative integer value.", query.Get(name), name, name)
		}
		*into = n
	}
	switch value := query.Get("$count"); value {
	case "", "false":
	case "true":
		out.count = true
	default:
		return nil, bad("Invalid value '%s' for $count query option found. Valid values are 'true, false'.", value)
	}
	return out, nil
}

func (s *Sim) parseOrder(t *entityType, item string) (order, error) {
	words := strings.Fields(item)
	o := order{down: len(words) == 2 && words[1] == "desc"}
	if len(words) == 0 || len(words) > 2 || len(words) == 2 && words[1] != "desc" && words[1] != "asc" {
		return o, bad("Syntax error in $orderby.")
	}
	p := &parser{sim: s, scope: map[string]*entityType{"": t}}
	var err error
	if o.by, err = p.path(words[0]); err == nil && (o.by.class == classRows || o.by.class == classEntity) {
		err = bad("The $orderby expression must evaluate to a single value of primitive type.")
	}
	return o, err
}

// list is GET of a set.
func (s *Sim) list(w http.ResponseWriter, r *http.Request, t *entityType) error {
	p, err := s.page(t, r.URL.RawQuery)
	if err != nil {
		return err
	}
	s.mu.RLock()
	found, total := s.choose(t, p)
	var out bytes.Buffer
	fmt.Fprintf(&out, `{"@odata.context":%q,`, root+"/$metadata#"+t.set)
	if p.count {
		fmt.Fprintf(&out, `"@odata.count":%d,`, total)
	}
	out.WriteString(`"value":[`)
	for i, e := range found {
		if i > 0 {
			out.WriteByte(',')
		}
		write(&out, e, p.shape, s.cfg.Zone)
	}
	s.mu.RUnlock()
	out.WriteString("]}")
	w.Header().Set("OData-Version", "4.0")
	simkit.WriteRaw(w, http.StatusOK, out.Bytes())
	return nil
}

// count is GET of a set's /$count: a number as plain text.
func (s *Sim) count(w http.ResponseWriter, r *http.Request, t *entityType) error {
	return allow(w, r, map[string]func() error{"GET": func() error {
		p, err := s.page(t, r.URL.RawQuery)
		if err != nil {
			return err
		}
		p.count = true
		s.mu.RLock()
		_, total := s.choose(t, p)
		s.mu.RUnlock()
		w.Header().Set("Content-Type", "text/plain;charset=UTF-8")
		_, _ = fmt.Fprint(w, total) // a client that left is no failure of the stand's
		return nil
	}})
}

// choose filters, sorts and cuts. The total is of all that match where the page
// asks for it.
func (s *Sim) choose(t *entityType, p *page) (found []*entity, total int) {
	all := s.narrow(t, p.filter)
	byID := len(p.order) == 0 || p.order[0].by.isID() && !p.order[0].down
	enough := -1
	if byID && !p.count && p.top >= 0 {
		enough = p.skip + p.top
	}
	for _, e := range all {
		if enough >= 0 && len(found) >= enough {
			break
		}
		if e.typ.is(t.name) && (p.filter == nil || p.filter.holds(scope{"": e})) {
			found = append(found, e)
		}
	}
	if !byID {
		slices.SortStableFunc(found, func(a, b *entity) int { return p.compare(a, b) })
	}
	total = len(found)
	found = found[min(p.skip, len(found)):]
	if p.top >= 0 {
		found = found[:min(p.top, len(found))]
	}
	return found, total
}

func (p *page) compare(a, b *entity) int {
	for _, o := range p.order {
		c := compare(o.by.eval(scope{"": a}), o.by.eval(scope{"": b}))
		if o.down {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(a.id, b.id)
}
