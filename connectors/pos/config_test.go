package pos_test

import (
	"strings"
	"testing"

	"github.com/appealhub/appealhub/connectors/pos"
	"github.com/appealhub/appealhub/sdk"
)

func TestOptionErrorsNameTheOption(t *testing.T) {
	good := func(change func(sdk.Options)) sdk.Options {
		o := options("https://pos.example.test")
		change(o)
		return o
	}
	for name, test := range map[string]struct {
		options sdk.Options
		says    []string
	}{
		"nothing":   {sdk.Options{}, []string{"option url is required", "option username is required", "option password is required", "option client_id is required", "option client_secret is required"}},
		"unknown":   {good(func(o sdk.Options) { o["pol"] = "1s" }), []string{"option pol is not an option"}},
		"url":       {good(func(o sdk.Options) { o["url"] = "pos.example.test" }), []string{"option url"}},
		"query":     {good(func(o sdk.Options) { o["url"] = "https://pos.example.test/?a=1" }), []string{"option url is no plain address"}},
		"zone":      {good(func(o sdk.Options) { o["time_zone"] = "Moscow" }), []string{"option time_zone"}},
		"page size": {good(func(o sdk.Options) { o["page_size"] = -1 }), []string{"option page_size"}},
		"notify":    {good(func(o sdk.Options) { o["notify_applicant"] = "sometimes" }), []string{"option notify_applicant"}},
		"kind":      {good(func(o sdk.Options) { o["kind_59fz"] = "a, =x" }), []string{"option kind_59fz has a value without a name"}},
		"hosts":     {good(func(o sdk.Options) { o["file_hosts"] = "files.example.test, https://x/" }), []string{`option file_hosts has "https://x/"`}},
		"outcome":   {good(func(o sdk.Options) { o["answer_types"] = map[string]any{"solved": "SOLVED"} }), []string{`option answer_types names "solved"`}},
		"progress":  {good(func(o sdk.Options) { o["answer_types"] = map[string]any{"in_work": "SOLVED"} }), []string{`option answer_types names "in_work"`}},
		"type":      {good(func(o sdk.Options) { o["answer_types"] = map[string]any{"refused": "DENIED"} }), []string{`maps refused to "DENIED"`}},
		"interim":   {good(func(o sdk.Options) { o["answer_types"] = map[string]any{"refused": "POSTPONED"} }), []string{"POSTPONED is the interim answer"}},
		"postponed": {good(func(o sdk.Options) { o["answer_types"] = map[string]any{"postponed": "SOLVED"} }), []string{"maps postponed to SOLVED"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := pos.Spec().Open(t.Context(), sdk.Env{Link: "pos", Options: test.options})
			if err == nil {
				t.Fatal("no error")
			}
			for _, says := range test.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%v does not say %q", err, says)
				}
			}
			if strings.Contains(err.Error(), "pos-secret") {
				t.Errorf("%v tells a secret", err)
			}
		})
	}
}

func TestSpec(t *testing.T) {
	spec := pos.Spec()
	if spec.Name != "pos" || !spec.AttachmentsFirst || spec.Open == nil {
		t.Errorf("%+v", spec)
	}
	for _, o := range spec.Options {
		if secret := o.Name == "password" || o.Name == "client_secret"; o.Secret != secret {
			t.Errorf("option %s: secret %v", o.Name, o.Secret)
		}
		if o.Summary == "" || o.Required && o.Default != "" {
			t.Errorf("option %+v", o)
		}
	}
}
