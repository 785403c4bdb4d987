package sdk_test

import (
	"context"
	"testing"

	"github.com/appealhub/appealhub/sdk"
)

func TestSpecIsValidated(t *testing.T) {
	open := func(context.Context, sdk.Env) (sdk.Connector, error) { return nil, nil }
	one := func(names ...string) sdk.Spec {
		s := sdk.Spec{Name: "registry", Open: open}
		for _, name := range names {
			s.Options = append(s.Options, sdk.Option{Name: name})
		}
		return s
	}
	for name, c := range map[string]struct {
		spec sdk.Spec
		want string
	}{
		"good":                  {one("url", "page_size", "oauth2"), ""},
		"no name":               {sdk.Spec{Open: open}, `name "" is not lower case letters and digits`},
		"name with a dash":      {sdk.Spec{Name: "my-edms", Open: open}, `name "my-edms" is not lower case letters and digits`},
		"nothing to open":       {sdk.Spec{Name: "registry"}, "Open is nil"},
		"option in upper case":  {one("baseURL"), `option "baseURL" is not lower case with underscores`},
		"a link's own option":   {one("proxy"), `option "proxy" is one that every link has: it does not reach the connector`},
		"option twice":          {one("url", "url"), `option "url" is there twice`},
		"required by default":   {sdk.Spec{Name: "registry", Open: open, Options: []sdk.Option{{Name: "url", Required: true, Default: "x"}}}, `option "url" is required and has a default`},
		"every fault is told":   {sdk.Spec{Name: "R", Options: []sdk.Option{{}}}, "name \"R\" is not lower case letters and digits\nOpen is nil\noption \"\" is not lower case with underscores"},
		"a link's own, another": {one("tls"), `option "tls" is one that every link has: it does not reach the connector`},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := c.spec.Validate(); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
