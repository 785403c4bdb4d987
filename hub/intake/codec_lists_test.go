package intake

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/sdk"
)

// TestLongLists: a list of very many items, which take little room in a document and
// much in memory, is refused as too long and costs no more than the document.
func TestLongLists(t *testing.T) {
	for _, name := range []string{"co_applicants", "attachments", "numbers", "fields"} {
		body := []byte(`{"kind":"message","channel":"site","text":"Яма","applicant":{"surname":"Иванова"},"` + name + `":[` + strings.Repeat("{},", 1<<20) + "{}]}")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := ReadAppeal(body)
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > uint64(2*len(body)) {
			t.Errorf("%s: %d MiB for a document of %d", name, taken>>20, len(body)>>20)
		}
		var invalid *sdk.ValidationError
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), "/"+name) {
			t.Errorf("%s: %.200v", name, err)
		}
	}
}
