package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
)

// nodesSchema is the first schema on which nodes give signs of life.
const nodesSchema = 2

// alone refuses to take the schema past what the nodes at work can do with it: they
// would go on, and not see all that there is. Those of the schema from are all too old
// where it lies below minCompatible. The node given is none of them.
func alone(ctx context.Context, c *pgx.Conn, from int64, node string) error {
	if from < nodesSchema || from >= minCompatible {
		return nil
	}
	rows, err := c.Query(ctx, `SELECT node, host, version FROM nodes
 WHERE node <> $1 AND seen >= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - $2::bigint ORDER BY node`, node, journal.SilentAfter.Microseconds())
	if err != nil {
		return err
	}
	working, err := pgx.CollectRows(rows, pgx.RowToStructByPos[workingNode])
	if err == nil && len(working) > 0 {
		err = &outdated{from, working}
	}
	return err
}

// workingNode is a node that has given a sign of life.
type workingNode struct{ ID, Host, Version string }

// outdated says that nodes are at work that could not go on.
type outdated struct {
	from  int64
	nodes []workingNode
}

func (e *outdated) Error() string {
	names := make([]string, len(e.nodes))
	for i, n := range e.nodes {
		names[i] = fmt.Sprintf("%s on %s, version %s", n.ID, n.Host, n.Version)
	}
	return fmt.Sprintf("the schema goes from %d to %d, on which programs of before %d can't work; at work: %s", e.from, schemaVersion, minCompatible, strings.Join(names, "; "))
}
