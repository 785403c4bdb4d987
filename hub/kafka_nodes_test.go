package hub

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// second starts another node on the same journal, files and brokers.
func (w *behindKafka) second() (stop func()) {
	w.t.Helper()
	cfg := w.cfg
	cfg.DataDir = w.t.TempDir()
	if err := os.Symlink(filepath.Join(w.cfg.DataDir, "spool"), filepath.Join(cfg.DataDir, "spool")); err != nil {
		w.t.Fatal(err)
	}
	_, stop = runHub(w.t, cfg, w.sink.spec())
	return stop
}

// published says how many shards of the feed each node has, as node list shows it.
func (w *behindKafka) published() (out []int) {
	w.t.Helper()
	_, _, body := w.do("GET", "/api/v1/nodes", nil)
	for _, one := range body["items"].([]any) {
		n := 0
		for _, lease := range one.(map[string]any)["leases"].([]any) {
			if strings.HasPrefix(lease.(string), "feed:") {
				n++
			}
		}
		out = append(out, n)
	}
	return out
}

// TestFeedOfTwoNodes: two nodes share the events feed, as node list shows, and one
// that is left has all of it.
func TestFeedOfTwoNodes(t *testing.T) {
	t.Parallel()
	w := newBehindKafka(t)
	has := func(want ...int) {
		t.Helper()
		w.eventually(fmt.Sprint("the nodes have shards ", want), func() bool { return cmp.Equal(w.published(), want) })
	}
	has(16)
	stop := w.second()
	has(8, 8)
	stop()
	has(16)
}
