package cli

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"
)

// pages are the flags of a list that comes in pages.
type pages struct {
	limit  int
	cursor string
}

func (p *pages) flags(c *cobra.Command) *cobra.Command {
	c.Flags().IntVar(&p.limit, "limit", 50, "at most so many")
	c.Flags().StringVar(&p.cursor, "cursor", "", "go on where an earlier list ended")
	return c
}

func (p *pages) query() url.Values {
	query := url.Values{"limit": {strconv.Itoa(p.limit)}}
	set(query, "cursor", p.cursor)
	return query
}

// filter is one flag of a list that becomes a parameter.
type filter struct{ name, about string }

// listed makes a command that lists what is at path.
func (a *app) listed(c *cobra.Command, path string, columns []column, filters ...filter) *cobra.Command {
	var p pages
	values := map[string]*string{}
	for _, f := range filters {
		values[f.name] = c.Flags().String(f.name, "", f.about)
	}
	c.Args = cobra.NoArgs
	c.RunE = func(c *cobra.Command, _ []string) error {
		query := p.query()
		for name, v := range values {
			set(query, name, *v)
		}
		return a.list(c.Context(), path, query, columns)
	}
	return p.flags(c)
}

// list prints one page.
func (a *app) list(ctx context.Context, path string, query url.Values, columns []column) error {
	var out document
	if err := a.call(ctx, request{method: http.MethodGet, path: path, query: query}, &out); err != nil {
		return err
	}
	if a.output == asMap {
		return a.json(out)
	}
	if err := a.rows(columns, out.list("items")); err != nil {
		return err
	}
	a.more(out)
	return nil
}

// more tells of the next page, if there is one.
func (a *app) more(page document) {
	if next := page.text("next"); next != "" {
		fmt.Fprintf(a.errors, "there are more: --cursor %s\n", next)
	}
}

// set adds a parameter that is given.
func set(q url.Values, name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}
