package crash

import (
	"context"
	"fmt"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// letters wants nothing to be left for an operator: whatever was done to the hub, what
// came again was known again, and what was sent was taken.
func (t *test) letters(ctx context.Context, hub string) error {
	for _, path := range []string{"/api/v1/parked?limit=1", "/api/v1/deliveries?state=dead&limit=1"} {
		var left struct {
			Items []map[string]any `json:"items"`
		}
		if err := stage.Call(ctx, "GET", hub+path, nil, &left); err != nil {
			return err
		}
		if len(left.Items) > 0 {
			return fmt.Errorf("something waits for an operator: GET %s: %v", path, left.Items[0])
		}
	}
	return nil
}
