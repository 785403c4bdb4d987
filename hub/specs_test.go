package hub

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/sdk"
)

// ownSpec is a connector that another program brings, with its options.
func ownSpec(options ...string) sdk.Spec {
	s := sdk.Spec{Name: "own"}
	for _, name := range options {
		s.Options = append(s.Options, sdk.Option{Name: name})
	}
	s.Open = func(_ context.Context, env sdk.Env) (sdk.Connector, error) {
		r := sdk.NewOptionReader(s.Options, env.Options)
		r.Int("size")
		r.Fail("room", "is no room of ours")
		return closer{}, r.Err()
	}
	return s
}

// ownFile is a configuration with a link to it.
func ownFile(t *testing.T, options string) string {
	file := "apiVersion: appealhub/v1\norganisations: {adm: {name: A, time_zone: UTC}}\ndata_dir: " + t.TempDir() + "\nhttp: {listen: \"127.0.0.1:0\"}\n" +
		"links:\n  reg:\n    connector: own\n    options:\n" + options
	return write(t, file)
}

func TestSpecsOfAProgramAreValidated(t *testing.T) {
	path := ownFile(t, "      size: 3\n")
	for name, c := range map[string]struct {
		specs []sdk.Spec
		want  string
	}{
		"option that configuration can't name": {[]sdk.Spec{ownSpec("baseURL", "size", "room")}, `connector own: option "baseURL" is not lower case with underscores; correct the sdk.Spec in the program`},
		"name given twice":                     {[]sdk.Spec{ownSpec("size", "room"), ownSpec("size", "room")}, "connector own: is there twice; give one of them another name in the program"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LoadValid(path, nil, c.specs)
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	for _, option := range slices.Sorted(maps.Keys(commonOptions())) {
		if _, err := LoadValid(path, nil, []sdk.Spec{ownSpec("size", "room", option)}); err == nil || !strings.Contains(err.Error(), option) {
			t.Errorf("a connector may have an option %s, which never reaches it: %v", option, err)
		}
	}
}

// TestOptionThatAConnectorRefuses: the fault lies at the option, as one that is
// found without opening the link.
func TestOptionThatAConnectorRefuses(t *testing.T) {
	specs := []sdk.Spec{ownSpec("size", "room")}
	cfg, err := LoadValid(ownFile(t, "      size: big\n      room: 12\n"), nil, specs)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), cfg, specs, slog.New(slog.DiscardHandler), "test")
	var wrong *ConfigError
	if !errors.As(err, &wrong) {
		t.Fatalf("the hub opens: %v", err)
	}
	var got []string
	for _, f := range wrong.Faults {
		got = append(got, f.String()[strings.LastIndex(f.Place, "/")+1:])
	}
	want := []string{
		"hub.yaml:9: links.reg.options.size: is not a whole number of 0 or more; correct it; see appealhub config schema",
		"hub.yaml:10: links.reg.options.room: is no room of ours; correct it; see appealhub config schema",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
