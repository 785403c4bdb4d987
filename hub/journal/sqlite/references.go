package sqlite

import (
	"context"
	"encoding/json"

	"github.com/appealhub/appealhub/hub/journal"
)

var _ journal.Referencer = (*Journal)(nil)

// Referenced returns those of the digests that are some appeal's.
func (j *Journal) Referenced(ctx context.Context, digests ...string) (needed []string, err error) {
	asked, err := json.Marshal(digests)
	if err != nil {
		return nil, err
	}
	err = j.walk(ctx, func(c *conn) error {
		s := c.prepare("SELECT DISTINCT sha256 FROM files WHERE sha256 <> '' AND sha256 IN (SELECT value FROM json_each(?))").text(string(asked))
		defer s.done()
		for s.next() {
			needed = append(needed, s.colText(0))
		}
		return s.err()
	})
	return needed, err
}
