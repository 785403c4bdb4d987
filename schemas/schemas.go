// Package schemas embeds the language-neutral contracts: what an appeal, a
// status change, an event and a webhook's message look like as JSON, the rules of
// deadlines, the hub's REST API as an OpenAPI document, and its topics as an
// AsyncAPI one, versioned by file name.
//
// It holds the documents and nothing that checks against them: the checks in
// code are sdk's Validate methods and the hub's decoders, held equal to these
// files by a test.
package schemas

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed *.json *.yaml
var files embed.FS

// The names of the documents.
const (
	Appeal       = "appeal.v1.schema.json"
	StatusChange = "status-change.v1.schema.json"
	Event        = "event.v1.schema.json"
	Rules        = "deadline-rules.v1.schema.json"
	API          = "hub.v1.openapi.yaml"
	Topics       = "appealhub.v1.asyncapi.yaml"
	Webhook      = "webhook.v1.schema.json"
)

// BaseID is what a JSON Schema's $id is, but for its name.
const BaseID = "https://github.com/appealhub/appealhub/schemas/"

// All lists the names of the documents in alphabetical order.
func All() []string {
	names, err := fs.Glob(files, "*")
	if err != nil { // the pattern is well-formed
		return nil
	}
	return names
}

// Read returns a document's bytes by its name.
func Read(name string) ([]byte, error) {
	body, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("schema %q is not one of %v", name, All())
	}
	return body, nil
}
