package runbook

import (
	"encoding/json"
	"testing"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// picture is what both systems hold: by item and document, each answer, file and
// version once. How often the same bytes came again, and when, is left out.
type picture map[string]any

func (p *play) picture(t *testing.T) picture {
	t.Helper()
	out := picture{}
	var items, documents []map[string]any
	must(t, stage.Call(t.Context(), "GET", p.set.POS+"/_sim/items", nil, &items))
	must(t, stage.Call(t.Context(), "GET", p.set.RX+"/_sim/documents", nil, &documents))
	for _, i := range items {
		answers, _ := i["answers"].([]any)
		for _, a := range answers {
			delete(a.(map[string]any), "repeats")
		}
		out["item "+i["id"].(string)] = map[string]any{"accepted": i["accepted"], "closed": i["closed"], "answers": answers, "reworks": i["reworks"], "ratings": i["ratings"], "uploads": i["uploads"]}
	}
	for _, d := range documents {
		raw, err := json.Marshal(d["id"])
		must(t, err)
		versions, _ := d["versions"].([]any)
		for _, v := range versions {
			delete(v.(map[string]any), "writes")
		}
		properties, _ := d["properties"].(map[string]any)
		delete(properties, "Modified")
		out["document "+string(raw)] = map[string]any{"versions": versions, "letters": d["letters"], "finished": d["finished"], "properties": properties}
	}
	return out
}
