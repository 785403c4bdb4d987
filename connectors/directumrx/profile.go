package directumrx

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/appealhub/appealhub/sdk"
)

//go:embed profiles/*.yaml
var embedded embed.FS

// profile names a stand's entity sets and properties and says what its states
// mean. It is read from YAML as it stands: its keys are case-sensitive.
type profile struct {
	EntitySet     string            `yaml:"entity_set"`
	Bodies        string            `yaml:"bodies"`
	ExternalID    string            `yaml:"external_id"`
	DocumentKind  kindRule          `yaml:"document_kind"`
	BusinessUnit  string            `yaml:"business_unit"`
	Properties    map[string]string `yaml:"properties"`
	Constants     map[string]any    `yaml:"constants"`
	Correspondent correspondentRule `yaml:"correspondent"`
	Questions     questionRule      `yaml:"questions"`
	State         stateRule         `yaml:"state"`
	Answer        answerRule        `yaml:"answer"`
	Prolongations prolongationRule  `yaml:"prolongations"`
	Unfinished    unfinishedRule    `yaml:"unfinished"`
	Execution     table             `yaml:"execution_states"`
	LifeCycle     table             `yaml:"life_cycle_states"`
	Results       table             `yaml:"review_results"`
}

type kindRule struct {
	Property string   `yaml:"property"`
	Set      string   `yaml:"set"`
	Names    []string `yaml:"names"`
}

type correspondentRule struct {
	Property   string     `yaml:"property"`
	ExternalID string     `yaml:"external_id"`
	Person     entityRule `yaml:"person"`
	Company    entityRule `yaml:"company"`
}

type entityRule struct {
	Set        string            `yaml:"set"`
	Properties map[string]string `yaml:"properties"`
}

type questionRule struct {
	Property string `yaml:"property"` // collection of the document's
	Link     string `yaml:"link"`     // the row's navigation to the catalogue
	Set      string `yaml:"set"`
	Code     string `yaml:"code"`
	Name     string `yaml:"name"`
	Result   string `yaml:"result"` // the row's review result

	// Codes maps entries of the source's catalogue, by id or name, to codes of the
	// thematic classifier.
	Codes map[string]string `yaml:"codes"`
}

type stateRule struct {
	Execution          string `yaml:"execution"`
	LifeCycle          string `yaml:"life_cycle"`
	RegistrationNumber string `yaml:"registration_number"`
	RegistrationDate   string `yaml:"registration_date"`
	Registration       string `yaml:"registration"`
	Deadline           string `yaml:"deadline"`
	InitialDeadline    string `yaml:"initial_deadline"`
	Executor           string `yaml:"executor"`
	ForwardedTo        string `yaml:"forwarded_to"`
}

// answerRule finds the answer letter: by the document's own navigation, or as
// the letters of Set whose navigation By leads to the document.
type answerRule struct {
	Property string `yaml:"property"`
	Set      string `yaml:"set"`
	By       string `yaml:"by"`

	// Draft is what the properties of a letter without a number are while it is a
	// draft, all of them; none: no letter is one.
	Draft map[string]string `yaml:"draft"`
}

type prolongationRule struct {
	Property string `yaml:"property"`
	Number   string `yaml:"number"`
	Deadline string `yaml:"deadline"`
	Reason   string `yaml:"reason"`
}

// table maps values of the system's to canonical statuses.
type table map[string]meaning

type meaning struct {
	Status  sdk.Status  `yaml:"status"`
	Outcome sdk.Outcome `yaml:"outcome"`
	Label   string      `yaml:"label"`
	Final   bool        `yaml:"final"` // execution states: results count from here on
}

// loadProfile reads an embedded profile by name, or a file by its path.
func loadProfile(name string) (profile, error) {
	var raw []byte
	var err error
	if strings.ContainsAny(name, `/\.`) {
		raw, err = os.ReadFile(name)
	} else if raw, err = embedded.ReadFile("profiles/" + name + ".yaml"); err != nil {
		err = fmt.Errorf("there is no profile %q; known: %s, or give the path of a file", name, strings.Join(profileNames(), ", "))
	}
	if err != nil {
		return profile{}, err
	}
	p, err := parseProfile(raw)
	if err != nil {
		return profile{}, fmt.Errorf("profile %s: %w", name, err)
	}
	return p, nil
}

func profileNames() []string {
	var names []string
	files, _ := embedded.ReadDir("profiles") // the folder is embedded
	for _, f := range files {
		names = append(names, strings.TrimSuffix(path.Base(f.Name()), ".yaml"))
	}
	return names
}

// parseProfile decodes strictly and returns every fault.
func parseProfile(raw []byte) (profile, error) {
	p := profile{Unfinished: unfinishedRule{After: defaultUnfinished}}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&p); err != nil && !errors.Is(err, io.EOF) {
		return profile{}, err
	}
	return p, p.validate()
}
