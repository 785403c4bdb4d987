package journal

import "context"

// Referencer is a journal that tells which files somebody needs.
type Referencer interface {
	// Referenced returns those of the digests that are some appeal's.
	Referenced(ctx context.Context, digests ...string) ([]string, error)
}
