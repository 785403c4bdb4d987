package webhook_test

import (
	"strings"
	"testing"

	"github.com/appealhub/appealhub/connectors/webhook"
	"github.com/appealhub/appealhub/connectors/webhook/webhooksim"
	"github.com/appealhub/appealhub/sdk"
)

// otherSecret is a second good one: of 24 bytes, the least.
const otherSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// with returns good options and those given, by name and value.
func with(pairs ...any) sdk.Options {
	o := sdk.Options{"url": "https://control.example.test/hook/", "secret": webhooksim.DefaultSecret}
	for i := 0; i+1 < len(pairs); i += 2 {
		o[pairs[i].(string)] = pairs[i+1]
	}
	return o
}

func TestOptionErrorsNameTheOption(t *testing.T) {
	short := "whsec_" + strings.Repeat("A", 28)  // 21 bytes
	long := "whsec_" + strings.Repeat("A", 4*22) // 66 bytes
	for name, test := range map[string]struct {
		options sdk.Options
		says    []string
	}{
		"nothing":         {sdk.Options{}, []string{"option url is required", "option secret is required"}},
		"unknown":         {with("term", "answer"), []string{"option term is not an option"}},
		"no address":      {with("url", "control.example.test"), []string{"option url is not an http or https address"}},
		"credentials":     {with("url", "https://u:geheim@x.test/"), []string{"option url holds credentials"}},
		"fragment":        {with("url", "https://x.test/#a"), []string{"option url has a fragment"}},
		"plain http":      {with("url", "http://x.test/"), []string{"option url is http to another machine", "insecure: true"}},
		"no loopback":     {with("url", "http://127.0.0.1.x.test/"), []string{"option url is http to another machine"}},
		"bare secret":     {with("secret", "geheim"), []string{"option secret is not whsec_"}},
		"no base64":       {with("secret", "whsec_geheim!"), []string{"option secret is not whsec_"}},
		"short secret":    {with("secret", short), []string{"option secret is not whsec_", "24 to 64 bytes"}},
		"long secret":     {with("secret", long), []string{"option secret is not whsec_"}},
		"previous":        {with("secret_previous", "geheim"), []string{"option secret_previous is not whsec_"}},
		"the same secret": {with("secret_previous", webhooksim.DefaultSecret), []string{"option secret_previous is the same as secret"}},
		"unknown term":    {with("terms", []any{"answer", "reply"}), []string{`option terms names "reply"; known: registration, `}},
		"unknown news":    {with("news", "overdue"), []string{`option news names "overdue"; known: near, passed, withdrawn, moved`}},
		"no terms":        {with("terms", []any{}), []string{"option terms is an empty list"}},
		"insecure":        {with("url", "http://x.test/", "insecure", "perhaps"), []string{"option insecure is not true or false"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := webhook.Spec().Open(t.Context(), sdk.Env{Options: test.options})
			if err == nil {
				t.Fatal("no error")
			}
			for _, says := range test.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%v does not say %q", err, says)
				}
			}
			for _, secret := range []string{"geheim", webhooksim.DefaultSecret, short, long} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("%v tells a secret", err)
				}
			}
		})
	}
}

func TestOptionsThatAreTaken(t *testing.T) {
	for name, options := range map[string]sdk.Options{
		"https":            with(),
		"a query":          with("url", "https://x.test/?key=a"),
		"http to this one": with("url", "http://localhost:9103/"),
		"http by IPv6":     with("url", "http://[::1]:9103/"),
		"http, allowed":    with("url", "http://x.test/", "insecure", true),
		"one term":         with("terms", "answer"),
		"lists":            with("terms", []any{"answer", "rework"}, "news", []any{"near", "passed"}),
		"two secrets":      with("secret_previous", otherSecret),
	} {
		if _, err := webhook.Spec().Open(t.Context(), sdk.Env{Options: options}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSecretsAreMarked(t *testing.T) {
	for _, o := range webhook.Spec().Options {
		if o.Secret != strings.HasPrefix(o.Name, "secret") {
			t.Errorf("option %s: secret %v", o.Name, o.Secret)
		}
	}
}
