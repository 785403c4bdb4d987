package sdk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/sdk"
)

func testOptions() []sdk.Option {
	return []sdk.Option{
		{Name: "url", Summary: "address", Required: true},
		{Name: "password", Summary: "its secret", Required: true, Secret: true},
		{Name: "limit", Default: "5"},
		{Name: "wait", Default: "1s"},
		{Name: "quick", Default: "false"},
		{Name: "names"},
		{Name: "list"},
	}
}

type values struct {
	URL, Password string
	Limit         int
	Wait          time.Duration
	Quick         bool
	Names         map[string]string
	List          []string
}

func read(o sdk.Options) (values, error) {
	r := sdk.NewOptionReader(testOptions(), o)
	v := values{r.URL("url"), r.String("password"), r.Int("limit"), r.Duration("wait"), r.Bool("quick"), r.Map("names"), r.List("list")}
	return v, r.Err()
}

func TestOptionsAreRead(t *testing.T) {
	for what, test := range map[string]struct {
		options sdk.Options
		want    values
	}{
		"defaults":           {sdk.Options{}, values{Limit: 5, Wait: time.Second}},
		"an empty one":       {sdk.Options{"limit": "", "wait": nil}, values{Limit: 5, Wait: time.Second}},
		"text":               {sdk.Options{"limit": "7", "wait": "2m", "quick": "true"}, values{Limit: 7, Wait: 2 * time.Minute, Quick: true}},
		"as YAML types them": {sdk.Options{"limit": 0, "quick": true, "names": map[string]any{"a": 1, "b": "x"}}, values{Limit: 0, Wait: time.Second, Quick: true, Names: map[string]string{"a": "1", "b": "x"}}},
		"a map of texts":     {sdk.Options{"names": map[string]string{"a": "b"}}, values{Limit: 5, Wait: time.Second, Names: map[string]string{"a": "b"}}},
		"a list":             {sdk.Options{"list": []any{"a", "b"}}, values{Limit: 5, Wait: time.Second, List: []string{"a", "b"}}},
		"a list of texts":    {sdk.Options{"list": []string{"a"}}, values{Limit: 5, Wait: time.Second, List: []string{"a"}}},
		"a text for a list":  {sdk.Options{"list": "a"}, values{Limit: 5, Wait: time.Second, List: []string{"a"}}},
		"an address's slash": {sdk.Options{"url": "https://x.test/a/"}, values{URL: "https://x.test/a", Limit: 5, Wait: time.Second}},
		"numbers as text":    {sdk.Options{"password": 12345}, values{Password: "12345", Limit: 5, Wait: time.Second}},
	} {
		for name, value := range map[string]any{"url": "http://x.test", "password": "p"} {
			if test.options[name] == nil {
				test.options[name] = value
			}
		}
		if test.want.URL == "" {
			test.want.URL = "http://x.test"
		}
		if test.want.Password == "" {
			test.want.Password = "p"
		}
		got, err := read(test.options)
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
}

func TestOptionErrors(t *testing.T) {
	for what, test := range map[string]struct {
		name  string
		value any
		says  string
	}{
		"missing":                {"url", nil, "option url is required: address"},
		"empty":                  {"password", "", "option password is required: its secret"},
		"unknown":                {"adress", "x", "option adress is not an option; known: limit, list, names, password, quick, url, wait"},
		"no address":             {"url", "x.test", "option url is not an http or https address"},
		"another scheme":         {"url", "ftp://x.test", "option url is not an http or https address"},
		"credentials within":     {"url", "http://u:geheim@x.test", "option url holds credentials"},
		"no number":              {"limit", "five", "option limit is not a whole number of 0 or more"},
		"a negative number":      {"limit", -1, "option limit is not a whole number of 0 or more"},
		"half":                   {"limit", 1.5, "option limit is not a whole number of 0 or more"},
		"no length of time":      {"wait", "10", "option wait is not a length of time"},
		"a negative one":         {"wait", "-1s", "option wait is not a length of time"},
		"neither true nor not":   {"quick", "perhaps", "option quick is not true or false"},
		"no map":                 {"names", "x", "option names is not a map"},
		"an empty list":          {"list", []any{}, "option list is an empty list"},
		"no text in a list":      {"list", []any{"a", []any{"geheim"}}, "option list is not a list of texts"},
		"an empty text in one":   {"list", []any{"a", ""}, "option list is not a list of texts"},
		"a list in text's place": {"password", []any{"geheim"}, "option password is not text"},
	} {
		o := sdk.Options{"url": "http://x.test", "password": "p", test.name: test.value}
		_, err := read(o)
		if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: got %v, want %q", what, err, test.says)
		}
	}
}

// TestAllOptionErrorsComeAtOnce in a fixed order, the connector's own too.
func TestAllOptionErrorsComeAtOnce(t *testing.T) {
	r := sdk.NewOptionReader(testOptions(), sdk.Options{"b": 1, "a": 1, "limit": "x"})
	r.Int("limit")
	r.Fail("names", "is empty")
	want := "option url is required: address\noption password is required: its secret\noption a is not an option; known: limit, list, names, password, quick, url, wait\n" +
		"option b is not an option; known: limit, list, names, password, quick, url, wait\noption limit is not a whole number of 0 or more\noption names is empty"
	if diff := cmp.Diff(want, r.Err().Error()); diff != "" {
		t.Error(diff)
	}
}

// TestUndeclaredOption: a slip of the connector's own is no empty value.
func TestUndeclaredOption(t *testing.T) {
	for name, ask := range map[string]func(r *sdk.OptionReader, name string){
		"text": func(r *sdk.OptionReader, name string) { r.String(name) },
		"map":  func(r *sdk.OptionReader, name string) { r.Map(name) },
		"list": func(r *sdk.OptionReader, name string) { r.List(name) },
	} {
		t.Run(name, func(t *testing.T) {
			r := sdk.NewOptionReader([]sdk.Option{{Name: "names"}}, sdk.Options{})
			ask(r, "names")
			if err := r.Err(); err != nil {
				t.Errorf("what is declared may be left out: %v", err)
			}
			ask(r, "name")
			if err := r.Err(); err == nil || err.Error() != "option name is read by the connector, and is not among its Spec's options" {
				t.Errorf("got %v", err)
			}
		})
	}
}
