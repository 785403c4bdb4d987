package postgres

import (
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/sdk"
)

// seen is a content version or a change that an appeal has had.
type seen struct {
	appeal string
	change bool
	link   string // that told of the change
	what   string
}

// readAppeals locks the appeals in order of id, then the streams, and reads what
// belongs to them.
func (t *tx) readAppeals(n *needs) error {
	ids := t.known(n)
	if len(ids) == 0 && len(n.heads) == 0 && len(n.settlements) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	if len(ids) > 0 {
		t.lockAppeals(b, ids)
		t.askOpen(b, ids)
		t.askFiles(b, ids)
		t.askSeen(b, n)
		t.askRefs(b, t.moving(n), "")
		t.askTokens(b, t.receiptTokens(n), "")
	}
	t.askHeads(b, slices.Sorted(maps.Keys(n.heads)))
	t.time(b, "SELECT "+presentTime)
	if err := t.send(b); err != nil {
		return err
	}
	return t.lockPlaceholders(n)
}

// known are the ids of the appeals that n names and that exist.
func (t *tx) known(n *needs) []string {
	ids := maps.Clone(n.appeals)
	for key := range n.sources {
		if id := t.owner(key); id != "" && !t.made(key) {
			ids[id] = true
		}
	}
	for key := range n.refs {
		ids[t.owner(key)] = true
	}
	for key := range n.tokens {
		ids[t.tokenOwner(key)] = true
	}
	for _, p := range t.places {
		ids[p.appeal] = true
	}
	delete(ids, "")
	return slices.Sorted(maps.Keys(ids))
}

func (t *tx) lockAppeals(b *pgx.Batch, ids []string) {
	rows(b.Queue("SELECT "+appealColumns+" FROM appeals a WHERE a.id = ANY ($1::text[]) ORDER BY a.id FOR UPDATE", ids), func(r pgx.Rows) error {
		a, err := readAppeal(r)
		if err == nil {
			a.files = map[string]*file{}
			t.appeals[a.ID] = a
		}
		return err
	})
}

func (t *tx) askOpen(b *pgx.Batch, ids []string) {
	q := b.Queue("SELECT "+deliveryColumns+" FROM deliveries d WHERE d.appeal = ANY ($1::text[]) AND d.settled IS NULL ORDER BY d.id FOR UPDATE", ids)
	rows(q, func(r pgx.Rows) error {
		d, err := readDelivery(r)
		if err != nil {
			return err
		}
		if a := t.appeals[d.Appeal]; a != nil {
			a.open = append(a.open, d)
			t.deliveries[d.ID] = d
		}
		return nil
	})
}

func (t *tx) askFiles(b *pgx.Batch, ids []string) {
	q := b.Queue("SELECT appeal, id, state, size, sha256, event, stored FROM files WHERE appeal = ANY ($1::text[])", ids)
	rows(q, func(r pgx.Rows) error {
		var appeal string
		f := &file{}
		if err := r.Scan(&appeal, &f.id, &f.State, &f.Learned.Size, &f.Learned.SHA256, &f.event, &f.stored); err != nil {
			return err
		}
		if a := t.appeals[appeal]; a != nil {
			a.files[f.id] = f
		}
		return nil
	})
}

// askSeen asks which of the versions and changes that came in were there before.
func (t *tx) askSeen(b *pgx.Batch, n *needs) {
	var streams, what []string
	for v := range n.versions {
		for _, id := range []string{t.owner(v.ref), t.tokenOwner(v.ref)} {
			if id != "" && !t.made(v.ref) {
				streams, what = append(streams, id), append(what, v.what)
			}
		}
	}
	if len(streams) == 0 {
		return
	}
	q := b.Queue(`SELECT e.stream, e.kind = 'status.changed', e.link, e.source_id FROM unnest($1::text[], $2::text[]) AS k (stream, source_id)
 JOIN events e ON e.stream = k.stream AND e.source_id = k.source_id WHERE e.kind IN ('appeal.received', 'appeal.revised', 'status.changed')`, streams, what)
	rows(q, func(r pgx.Rows) error {
		var s seen
		if err := r.Scan(&s.appeal, &s.change, &s.link, &s.what); err != nil {
			return err
		}
		t.see(s)
		return nil
	})
}

// see notes a version or a change. A version is one wherever it came from.
func (t *tx) see(s seen) {
	if !s.change {
		s.link = ""
	}
	t.seen[s] = true
}

// moving are the references whose rows may change under their appeal's lock.
func (t *tx) moving(n *needs) []sdk.Ref {
	all := map[sdk.Ref]bool{}
	for key := range n.refs {
		all[key] = t.owner(key) != ""
	}
	clean(all)
	for _, s := range n.settlements {
		if ref := s.Receipt.Ref; ref.ID != "" {
			all[t.linked(ref, s.Delivery)] = true
		}
	}
	return sorted(all)
}

func (t *tx) receiptTokens(n *needs) []sdk.Ref {
	all := map[sdk.Ref]bool{}
	for _, s := range n.settlements {
		if s.Receipt.Token != "" {
			all[sdk.Ref{Link: t.places[s.Delivery].link, ID: s.Receipt.Token}] = true
		}
	}
	return sorted(all)
}

// linked is the reference of a receipt with its link.
func (t *tx) linked(ref sdk.Ref, delivery int64) sdk.Ref {
	if ref.ID != "" && ref.Link == "" {
		ref.Link = t.places[delivery].link
	}
	return ref
}

// lockPlaceholders locks the references that settlements make known and that
// parked changes wait for.
func (t *tx) lockPlaceholders(n *needs) error {
	if len(n.settlements) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	var refs, tokens []sdk.Ref
	for _, key := range t.moving(n) {
		if r := t.refs[key]; r != nil && r.appeal == "" {
			refs = append(refs, key)
		}
	}
	for _, key := range t.receiptTokens(n) {
		if r := t.tokens[key]; r != nil && r.appeal == "" {
			tokens = append(tokens, key)
		}
	}
	t.askRefs(b, refs, forUpdate)
	t.askTokens(b, tokens, " ORDER BY r.link, r.token FOR UPDATE OF r")
	return t.send(b)
}
