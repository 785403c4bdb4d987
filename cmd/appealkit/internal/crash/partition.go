package crash

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/island"
)

// apart is the node that has a network of its own.
const apart = scaleNodes - 1

// separate gives a node a network of its own, over which it reaches the servers
// and the systems. Where the machine allows none it is a proxy before PostgreSQL.
func (s *scale) separate() error {
	at, err := url.Parse(s.servers.PostgresURL())
	if err != nil {
		return err
	}
	s.database = at.Host
	var why error
	if s.island, why = island.New(); why != nil {
		fmt.Fprintf(s.Out, "no network of its own for a node (%v): it is cut off from PostgreSQL alone, by a proxy\n", why)
		return s.proxied()
	}
	node := &s.stage.Nodes[apart]
	node.Start = s.island.Start
	errs := []error{s.island.Expose(strings.TrimPrefix(node.URL, "http://"))}
	for _, address := range append(s.servers.KafkaBrokers(), s.database, strings.TrimPrefix(s.stage.POS, "http://"), strings.TrimPrefix(s.stage.RX, "http://")) {
		_, err := s.island.Reach(address)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// proxied has the node's configuration name a proxy of PostgreSQL's.
func (s *scale) proxied() error {
	proxy, err := s.island.Reach(s.database)
	if err != nil {
		return err
	}
	path := s.stage.Nodes[apart].Config
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.ReplaceAll(string(text), s.database, proxy)), 0o600)
}

// partitions are the tricks with the network.
func (s *scale) partitions() []trick {
	all := []trick{{0.3, "a node cut off from PostgreSQL past its leases", func(ctx context.Context) error { return s.cutOff(ctx, pastTheLeases, s.database) }}}
	if !s.island.Isolated() {
		return all
	}
	brokers := s.servers.KafkaBrokers()
	return append(all,
		trick{0.6, "a node cut off from Kafka", func(ctx context.Context) error { return s.cutOff(ctx, kafkaCut, brokers...) }},
		trick{0.8, "a node cut off from PostgreSQL and Kafka, and not from the systems, past its leases", func(ctx context.Context) error {
			return s.cutOff(ctx, pastTheLeases, append(brokers, s.database)...)
		}})
}

// cutOff leaves the node without some addresses for a while.
func (s *scale) cutOff(ctx context.Context, d time.Duration, addresses ...string) error {
	n := s.nodes[apart]
	if err := n.taken(ctx); err != nil {
		return err
	}
	defer n.release()
	s.island.Cut(addresses...)
	defer s.island.Mend(addresses...)
	wait(ctx, d)
	return nil
}

// roll ends every node as an operator does before an upgrade, one after the other,
// and starts it again.
func (s *scale) roll(ctx context.Context) error {
	for _, n := range s.nodes {
		if err := n.taken(ctx); err != nil {
			return err
		}
		if err := errors.Join(n.stop(), n.start(ctx)); err != nil {
			return err
		}
		n.release()
	}
	return nil
}
