package postgres

import (
	"maps"
	"slices"
	"strings"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// needs is what a transaction's operations are about.
type needs struct {
	sources     map[sdk.Ref]string // of appeals that came in, with the ids that they shall have
	refs        map[sdk.Ref]bool   // that changes name
	tokens      map[sdk.Ref]bool   // that changes name
	changes     []*journal.Entry
	settlements []*journal.Settlement
	appeals     map[string]bool
	versions    map[version]bool // that may have been seen
	heads       map[string]bool
}

// version is a content version or a change of the record with the reference, or
// with the token.
type version struct {
	ref  sdk.Ref
	what string
}

func newNeeds() *needs {
	return &needs{
		sources: map[sdk.Ref]string{}, refs: map[sdk.Ref]bool{}, tokens: map[sdk.Ref]bool{},
		appeals: map[string]bool{}, versions: map[version]bool{}, heads: map[string]bool{},
	}
}

func (n *needs) entry(e *journal.Entry) {
	switch {
	case e.Appeal != nil:
		if n.sources[e.Appeal.Ref] == "" {
			n.sources[e.Appeal.Ref] = e.ID
		}
		n.versions[version{e.Appeal.Ref, e.Appeal.Version}] = true
	case e.Change != nil:
		n.change(e)
	case e.Resolve != nil:
		n.heads[journal.LinkStream(e.Resolve.Link)] = true
	case e.Rejected != nil:
		n.heads[journal.LinkStream(e.Link)] = true
	case e.Clock != nil:
		n.appeals[e.Clock.Appeal] = true
	default:
		n.appeals[e.Route] = true
	}
}

func (n *needs) change(e *journal.Entry) {
	n.changes = append(n.changes, e)
	if ref := changeRef(e); ref.ID != "" {
		n.refs[ref] = true
		n.versions[version{ref, e.Change.ID}] = true
	}
	if token := changeToken(e); token.ID != "" {
		n.tokens[token] = true
		n.versions[version{token, e.Change.ID}] = true
	}
}

// changeRef is the reference that a change names, with its link.
func changeRef(e *journal.Entry) sdk.Ref {
	ref := e.Change.Ref
	if ref.Link == "" {
		ref.Link = e.Link
	}
	return ref
}

// changeToken is the token that a change names, with its link.
func changeToken(e *journal.Entry) sdk.Ref { return sdk.Ref{Link: e.Link, ID: e.Change.Token} }

// sorted are references in the order in which they are locked.
func sorted[T any](refs map[sdk.Ref]T) []sdk.Ref {
	return slices.SortedFunc(maps.Keys(refs), compareRefs)
}

func compareRefs(a, b sdk.Ref) int {
	if c := strings.Compare(a.Link, b.Link); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}

// columns are references as two parameters.
func columns(refs []sdk.Ref) (links, ids []string) {
	links, ids = make([]string, len(refs)), make([]string, len(refs))
	for i, r := range refs {
		links[i], ids[i] = r.Link, r.ID
	}
	return links, ids
}
