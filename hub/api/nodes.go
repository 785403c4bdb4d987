package api

import (
	"net/http"
	"time"

	"github.com/appealhub/appealhub/hub/journal"
)

// The states of a node.
const (
	nodeUp       = "up"
	nodeDraining = "draining"
	nodeSilent   = "silent"
)

type nodeForm struct {
	ID        string         `json:"id"`
	Host      string         `json:"host"`
	Listen    string         `json:"listen"`
	Version   string         `json:"version"`
	State     string         `json:"state"`
	StartedAt time.Time      `json:"started_at,omitzero"`
	SeenAt    time.Time      `json:"seen_at,omitzero"`
	Polls     []string       `json:"polls"`
	Leases    []string       `json:"leases"`
	InHand    map[string]int `json:"in_hand"`
}

func showNode(n *journal.NodeState) nodeForm {
	f := nodeForm{
		ID: n.ID, Host: n.Host, Listen: n.Listen, Version: n.Version, State: nodeUp, StartedAt: n.Started, SeenAt: n.Seen,
		Polls: n.Polls, Leases: n.Leases, InHand: n.InHand,
	}
	switch {
	case n.Seen.IsZero() || n.Silent > journal.SilentAfter:
		f.State = nodeSilent
	case n.Draining:
		f.State = nodeDraining
	}
	if f.Polls == nil {
		f.Polls = []string{}
	}
	if f.Leases == nil {
		f.Leases = []string{}
	}
	return f
}

// nodes lists the nodes of the journal; there is one page.
func (s *server) nodes(x *exchange) error {
	if _, err := x.limit(); err != nil {
		return err
	}
	all := []journal.NodeState{{Node: s.Node(), Seen: s.Now(), InHand: map[string]int{}}}
	if registry, ok := s.Journal.(journal.Registry); ok {
		var err error
		if all, err = registry.Nodes(x.r.Context()); err != nil {
			return err
		}
	}
	out := page[nodeForm]{Items: []nodeForm{}}
	for i := range all {
		out.Items = append(out.Items, showNode(&all[i]))
	}
	return x.answer(http.StatusOK, out)
}
