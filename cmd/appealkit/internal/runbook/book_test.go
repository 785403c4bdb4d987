package runbook

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	got, err := parse("# Book\n```yaml\n## no heading\n```\n## 1. One\ntext\n```sh first\na\nb\n```\n```sql\nselect\n```\n## 2. Two\n1. a\n   ```sh second\n   ## c\n     d\n   ```\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []Block{{Name: "first", Section: "1. One", Text: "a\nb\n", Line: 8}, {Name: "second", Section: "2. Two", Text: "## c\n  d\n", Line: 17}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, text := range map[string]string{
		"no name": "```sh\na\n```\n", "one name twice": "```sh a\n```\n```sh a\n```\n", "no end": "```sh a\nb\n",
	} {
		if _, err := parse(text); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
