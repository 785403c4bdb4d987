package postgres

import (
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// table gathers rows column by column: the arrays that a statement unnests. All
// rows give their values in the same order of kinds.
type table struct {
	args  []any
	kinds []string
	rows  int
	at    int // the next column of the row
	size  int // how many rows there will be, about
}

// row begins a row.
func (c *table) row() *table {
	c.rows++
	c.at = 0
	return c
}

func add[T any](c *table, kind string, values []T) *table {
	for _, v := range values {
		if c.at == len(c.args) {
			fresh := make([]T, 0, max(c.size, 1))
			c.args, c.kinds = append(c.args, &fresh), append(c.kinds, kind)
		}
		list := c.args[c.at].(*[]T)
		*list = append(*list, v)
		c.at++
	}
	return c
}

func (c *table) int(values ...int64) *table   { return add(c, "bigint", values) }
func (c *table) text(values ...string) *table { return add(c, "text", values) }
func (c *table) bool(values ...bool) *table   { return add(c, "boolean", values) }
func (c *table) blob(values ...[]byte) *table { return add(c, "bytea", values) }

// null adds a number that may be missing.
func (c *table) null(v *int64) *table { return add(c, "bigint", []*int64{v}) }

// unnest is the rows as a FROM item of the name.
func (c *table) unnest(name, columns string) string {
	var b strings.Builder
	b.WriteString("unnest(")
	for i, kind := range c.kinds {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1) + "::" + kind + "[]")
	}
	b.WriteString(") AS " + name + " (" + columns + ")")
	return b.String()
}

// insert is the statement that inserts the rows.
func (c *table) insert(into, columns string) string {
	return "INSERT INTO " + into + " (" + columns + ") SELECT " + columns + " FROM " + c.unnest("u", columns)
}

// queue adds the statement about the rows to the batch, if there are any.
func (c *table) queue(b *pgx.Batch, sql string) {
	if c.rows > 0 {
		b.Queue(sql, c.args...)
	}
}
