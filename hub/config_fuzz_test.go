package hub

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// FuzzLoad: a file is a configuration, or each of its faults names the file, what is
// wrong and the cure.
func FuzzLoad(f *testing.F) {
	quickstart, err := os.ReadFile("../examples/quickstart/hub.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		goodFile, string(quickstart), "", "---\n", "# x\n", "a: &a [*a]\n", "[]", "\xff", "a: b\n---\nc: d\n",
		"apiVersion: !!binary x\n!!null : x\nhttp: {listen: !!float 1e5, max_body: 9223372036854775807GiB}\n<<: {a: b}\n",
		"apiVersion: appealhub/v1\nlinks: {rx: {connector: x, options: {a: [1, {b: c}], ? [x] : y}}}\n",
	} {
		f.Add(seed)
	}
	vars := map[string]string{"POS_PASSWORD": "p", "HUB_API_TOKEN": "t0ken", "RX_PASSWORD": "x"}
	f.Fuzz(func(t *testing.T, body string) {
		_, err := LoadValid(write(t, body), vars, nil)
		if err == nil {
			return
		}
		var all *ConfigError
		if !errors.As(err, &all) || len(all.Faults) == 0 {
			t.Fatalf("%T: %v", err, err)
		}
		for _, one := range all.Faults {
			if one.What == "" || one.Cure == "" || !strings.Contains(one.Place, "hub.yaml") {
				t.Errorf("a fault that tells little: %+v", one)
			}
		}
	})
}
