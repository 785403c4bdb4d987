package transfer

import "strings"

// kind is a column's kind where the two databases differ.
type kind byte

const (
	plain kind = iota
	truth      // 0 and 1, true and false
)

// column is one that is copied.
type column struct {
	name string
	kind kind
}

// table is one that is copied, in the order of its key.
type table struct {
	name    string
	key     []string
	columns []column
	fixed   []fixed // columns that only PostgreSQL has
}

type fixed struct {
	name  string
	value any
}

// columns reads names; one with a question mark is a truth.
func columns(names string) []column {
	var out []column
	for _, name := range strings.Fields(names) {
		c := column{name: name}
		if bare, ok := strings.CutSuffix(name, "?"); ok {
			c = column{bare, truth}
		}
		out = append(out, c)
	}
	return out
}

// tables are all of a journal's, those that others refer to first.
func tables() []table {
	return []table{
		{name: "events", key: []string{"seq"}, columns: columns(`seq id stream sequence kind at link ref_id source_id actor organisation status outcome external
 revision verb delivery attachment receipt_id token reason prev_hash body_digest hash body`)},
		{name: "heads", key: []string{"stream"}, columns: columns("stream events head")},
		{name: "appeals", key: []string{"id"}, columns: columns(`id organisation source_link source_id kind fast_track? version revision status outcome status_at
 rework lead targets parked received_at updated_at due events head body files numbers refs terms`)},
		{name: "refs", key: []string{"link", "id"}, columns: columns("link id appeal last open?")},
		{name: "tokens", key: []string{"link", "token"}, columns: columns("link token appeal")},
		{name: "files", key: []string{"appeal", "id"}, columns: columns("appeal id state size sha256 event stored")},
		{name: "receipts", key: []string{"appeal", "link", "attachment"}, columns: columns("appeal link attachment id")},
		{name: "numbers", key: []string{"appeal", "event"}, columns: columns("appeal event")},
		{name: "deliveries", key: []string{"id"},
			columns: columns("id appeal link verb attachment event state attempts due firm? created settled receipt_id last_kind last_error"),
			fixed:   []fixed{{"lease", ""}, {"leased_until", int64(0)}, {"node", ""}}}, // nobody has it in hand
		{name: "deadlines", key: []string{"appeal", "term"}, columns: columns("appeal term organisation due open? due_at near passed? wake provisional?")},
		{name: "cursors", key: []string{"link", "feed"}, columns: columns("link feed at")},
		{name: "links", key: []string{"link"}, columns: columns("link paused? paused_by failures down_since next_probe last_kind last_error")},
		{name: "parked", key: []string{"id"}, columns: columns("id at link ref_id token source_id reason appeal event")},
	}
}

func (t table) names() []string {
	out := make([]string, len(t.columns))
	for i, c := range t.columns {
		out[i] = c.name
	}
	return out
}

// after is the statement that reads rows behind a key: all of them where first.
func (t table) after(first bool) string {
	keys := strings.Join(t.key, ", ")
	where := ""
	if !first {
		where = " WHERE (" + keys + ") > (" + strings.TrimSuffix(strings.Repeat("?, ", len(t.key)), ", ") + ")"
	}
	return "SELECT " + strings.Join(t.names(), ", ") + " FROM " + t.name + where + " ORDER BY " + keys + " LIMIT ?"
}

// keyOf is a row's key.
func (t table) keyOf(row []any) []any {
	out := make([]any, len(t.key))
	for i, k := range t.key {
		for n, c := range t.columns {
			if c.name == k {
				out[i] = row[n]
			}
		}
	}
	return out
}
