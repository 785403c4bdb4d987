package postgres

import (
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// ref is a row of refs. One without an appeal is a placeholder: it stands for
// the changes that wait, so that who parks one and who learns the reference meet
// at a row.
type ref struct {
	key    sdk.Ref
	appeal string
	last   string // id of the last change from it
	open   bool
	stored bool // the row exists
	made   bool // by this transaction
	waited bool // it was a placeholder when it was read
	dirty  bool
}

// token is a row of tokens; without an appeal it is a placeholder as in refs.
type token struct {
	key    sdk.Ref // link and token
	appeal string
	stored bool
	waited bool
	dirty  bool
}

// settings of a writing transaction: a node that freezes gives its locks back,
// and no plan reads a table from end to end because it was empty once.
const txSettings = `SELECT ` + presentTime + `, set_config('idle_in_transaction_session_timeout', '10000', true), set_config('lock_timeout', '10000', true),
 set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`

// read begins and reads and locks all that n names: references, then tokens,
// then appeals, then streams, each in order, as every transaction does.
func (t *tx) read(n *needs) error {
	b := &pgx.Batch{}
	b.Queue(begin)
	t.time(b, txSettings)
	t.offer(b, n.sources)
	t.askRefs(b, sorted(n.refs), "")
	t.askTokens(b, sorted(n.tokens), "")
	t.askPlaces(b, n.settlements)
	if err := t.send(b); err != nil {
		return err
	}
	t.began = true
	if err := t.readTaken(n); err != nil {
		return err
	}
	if err := t.readUnknown(n); err != nil {
		return err
	}
	return t.readAppeals(n)
}

func (t *tx) time(b *pgx.Batch, sql string) {
	b.Queue(sql, t.clock()).QueryRow(func(r pgx.Row) error {
		var us int64
		var none any
		dest := []any{&us}
		if sql == txSettings {
			dest = append(dest, &none, &none, &none, &none, &none)
		}
		if err := r.Scan(dest...); err != nil {
			return err
		}
		t.now = timeOf(us)
		return nil
	})
}

// offer makes each reference that is nobody's that of a new appeal, and waits
// for others who do the same.
func (t *tx) offer(b *pgx.Batch, sources map[sdk.Ref]string) {
	if len(sources) == 0 {
		return
	}
	refs := sorted(sources)
	ids := make([]string, len(refs))
	for i, r := range refs {
		if ids[i] = sources[r]; ids[i] == "" {
			ids[i] = t.options.NewID()
		}
		t.offered[r] = ids[i]
	}
	links, keys := columns(refs)
	q := b.Queue(`INSERT INTO refs (link, id, appeal, last, open) SELECT link, id, appeal, '', false FROM unnest($1::text[], $2::text[], $3::text[]) AS k (link, id, appeal)
 ON CONFLICT DO NOTHING RETURNING link, id`, links, keys, ids)
	rows(q, func(row pgx.Rows) error {
		r := &ref{stored: true, made: true}
		err := row.Scan(&r.key.Link, &r.key.ID)
		r.appeal, t.refs[r.key] = t.offered[r.key], r
		return err
	})
}

// readTaken reads the references of appeals that came in and are known.
func (t *tx) readTaken(n *needs) error {
	b := &pgx.Batch{}
	taken := sorted(n.sources)
	t.askRefs(b, slices.DeleteFunc(taken, func(r sdk.Ref) bool { return t.refs[r] != nil }), "")
	return t.send(b)
}

// forUpdate locks rows in the order in which they are read.
const forUpdate = " ORDER BY r.link, r.id FOR UPDATE OF r"

func (t *tx) askRefs(b *pgx.Batch, refs []sdk.Ref, lock string) {
	if len(refs) == 0 {
		return
	}
	links, ids := columns(refs)
	q := b.Queue(`SELECT r.link, r.id, r.appeal, r.last, r.open FROM unnest($1::text[], $2::text[]) AS k (link, id) JOIN refs r ON r.link = k.link AND r.id = k.id`+lock, links, ids)
	rows(q, func(row pgx.Rows) error {
		r := &ref{stored: true}
		if err := row.Scan(&r.key.Link, &r.key.ID, &r.appeal, &r.last, &r.open); err != nil {
			return err
		}
		r.waited = r.appeal == ""
		t.refs[r.key] = r
		return nil
	})
}

func (t *tx) askTokens(b *pgx.Batch, tokens []sdk.Ref, lock string) {
	if len(tokens) == 0 {
		return
	}
	links, ids := columns(tokens)
	q := b.Queue(`SELECT r.link, r.token, r.appeal FROM unnest($1::text[], $2::text[]) AS k (link, token) JOIN tokens r ON r.link = k.link AND r.token = k.token`+lock, links, ids)
	rows(q, func(row pgx.Rows) error {
		r := &token{stored: true}
		if err := row.Scan(&r.key.Link, &r.key.ID, &r.appeal); err != nil {
			return err
		}
		r.waited = r.appeal == ""
		t.tokens[r.key] = r
		return nil
	})
}

// askPlaces asks whose the deliveries are that are settled.
func (t *tx) askPlaces(b *pgx.Batch, all []*journal.Settlement) {
	if len(all) == 0 {
		return
	}
	ids := make([]int64, len(all))
	for i, s := range all {
		ids[i] = s.Delivery
	}
	rows(b.Queue(`SELECT d.id, d.appeal, d.link, coalesce((SELECT e.sequence FROM events e WHERE e.seq = d.event AND d.verb = 'status'), 0)
 FROM deliveries d WHERE d.id = ANY ($1::bigint[])`, ids), func(row pgx.Rows) error {
		var id int64
		var p place
		if err := row.Scan(&id, &p.appeal, &p.link, &p.told); err != nil {
			return err
		}
		t.places[id] = p
		return nil
	})
}

// readUnknown sees to the references and tokens that nobody has: those that
// changes name become placeholders, and all placeholders are locked, so that no
// change is parked while another transaction learns whose it is. The links'
// streams in which changes are parked are needed then.
func (t *tx) readUnknown(n *needs) error {
	refs, tokens := map[sdk.Ref]bool{}, map[sdk.Ref]bool{}
	for _, e := range n.changes {
		ref, token := changeRef(e), changeToken(e)
		if t.owner(ref) != "" || t.tokenOwner(token) != "" {
			continue
		}
		n.heads[journal.LinkStream(e.Link)] = true
		refs[ref], tokens[token] = ref.ID != "", token.ID != ""
	}
	clean(refs)
	clean(tokens)
	b := &pgx.Batch{}
	t.placeholders(b, sorted(refs), sorted(tokens))
	for key, r := range t.refs {
		if r.appeal == "" {
			refs[key] = true
		}
	}
	for key, r := range t.tokens {
		if r.appeal == "" {
			tokens[key] = true
		}
	}
	t.askRefs(b, sorted(refs), forUpdate)
	t.askTokens(b, sorted(tokens), " ORDER BY r.link, r.token FOR UPDATE OF r")
	return t.send(b)
}

func clean(refs map[sdk.Ref]bool) {
	for key, asked := range refs {
		if !asked {
			delete(refs, key)
		}
	}
}

func (t *tx) placeholders(b *pgx.Batch, refs, tokens []sdk.Ref) {
	if len(refs) > 0 {
		links, ids := columns(refs)
		b.Queue(`INSERT INTO refs (link, id, appeal, last, open) SELECT link, id, '', '', false FROM unnest($1::text[], $2::text[]) AS k (link, id) ON CONFLICT DO NOTHING`, links, ids)
	}
	if len(tokens) > 0 {
		links, ids := columns(tokens)
		b.Queue(`INSERT INTO tokens (link, token, appeal) SELECT link, token, '' FROM unnest($1::text[], $2::text[]) AS k (link, token) ON CONFLICT DO NOTHING`, links, ids)
	}
}

// owner is the id of the appeal that has the reference; empty if nobody has.
func (t *tx) owner(key sdk.Ref) string {
	if r := t.refs[key]; r != nil {
		return r.appeal
	}
	return ""
}

// made reports whether the reference is a new appeal's: nobody had it before this
// transaction. Its id does not say so: an appeal that comes again has it already.
func (t *tx) made(key sdk.Ref) bool {
	r := t.refs[key]
	return r != nil && r.made
}

func (t *tx) tokenOwner(key sdk.Ref) string {
	if r := t.tokens[key]; r != nil {
		return r.appeal
	}
	return ""
}
