// Package testdata embeds the fixtures that more than one package reads:
// documents in the canonical schemas, and appeals for the simulators with what
// their officials and applicants do.
//
// It holds no code that knows their meaning. Nobody in them exists: names are
// invented, mail goes to example.org, telephones are +7 900 000-xx-xx.
//
// Patterns such as ./... leave a folder of this name out: what is true of the
// fixtures is tested by the packages that read them.
package testdata

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
)

//go:embed appeals/*.json canonical/*.json
var files embed.FS

// Fixture is one appeal on the portal and the play around it. All members are
// as the simulators take them: Item, Files and Applicant by POST /_sim/items of
// the Feedback Platform's, Official as the script of a POST /_sim/scripts of
// Directum RX's.
type Fixture struct {
	Name      string          `json:"name"`                // as the file's, without .json
	Item      json.RawMessage `json:"item"`                // the portal's item
	Files     json.RawMessage `json:"files,omitempty"`     // its attachments
	Official  json.RawMessage `json:"official"`            // what the official does with the document
	Applicant json.RawMessage `json:"applicant,omitempty"` // what the applicant does with the answer
}

// Appeals returns the appeals in the order of their names.
func Appeals() ([]Fixture, error) {
	names, err := fs.Glob(files, "appeals/*.json")
	if err != nil {
		return nil, err
	}
	out := make([]Fixture, len(names))
	for i, name := range names {
		body, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(body, &out[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return out, nil
}

// Canonical returns a canonical document's bytes by its file's name.
func Canonical(name string) ([]byte, error) { return files.ReadFile(path.Join("canonical", name)) }

// CanonicalAppeals lists the names of the appeal.v1 documents.
func CanonicalAppeals() []string { return names("canonical/appeal-*.json") }

// CanonicalChanges lists the names of the status-change.v1 documents.
func CanonicalChanges() []string { return names("canonical/change-*.json") }

func names(pattern string) []string {
	found, err := fs.Glob(files, pattern)
	if err != nil { // the pattern is well-formed
		return nil
	}
	for i := range found {
		found[i] = path.Base(found[i])
	}
	return found
}
