package directumrx

import (
	"context"
	"net/http"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// Check reads at most one document's id: the service is there, takes the
// credentials and publishes the profile's entity set.
func (c *Connector) Check(ctx context.Context) error {
	const op = "check"
	set := c.cfg.profile.EntitySet
	_, _, err := c.list(ctx, op, set+query("$select", "Id", "$top", "1"))
	if httpx.StatusOf(err) == http.StatusNotFound {
		return sdk.Errorf(sdk.NotFound, op, "entity set %s is not published there: the option url or profile is wrong: %w", set, err)
	}
	return err
}
