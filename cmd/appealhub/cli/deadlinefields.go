package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

// factColumn is a fact of an appeal, as a column of a CSV and as a flag.
type factColumn struct {
	name     string
	summary  string // of the flag; none: it is a column only
	standard string // where neither says anything
}

// factColumns lists the facts that deadline compute takes.
func factColumns() []factColumn {
	out := []factColumn{
		{name: "id"},
		{"kind", "kind of the appeal: appeal (59-ФЗ), message", string(sdk.KindAppeal)},
		{"category", "category or ground: migration, governor_migration, unreadable, unclear, answered_on_site, court_decision, cannot_forward, or one of the rules that are loaded", ""},
		{"zone", "time zone of the organisation", "Europe/Moscow"},
		{"policy", "what happens where the last day is a day off: " + policies(), string(deadline.PreviousWorkingDay)},
		{"extended", "the term of the answer was extended", ""},
		{"extended_on", "when it was extended", ""},
		{"extended_until", "the date until which it was extended, where one is named", ""},
	}
	for _, e := range deadline.Events() {
		out = append(out, factColumn{name: string(e), summary: eventSummary(e)})
	}
	return out
}

func policies() string {
	var out []string
	for _, p := range deadline.Policies() {
		out = append(out, string(p))
	}
	return strings.Join(out, ", ")
}

func eventSummary(e deadline.Event) string {
	switch e {
	case deadline.AnswerAt:
		return "the portal's own date of the answer, authoritative"
	case deadline.Promised:
		return "the date that an interim answer promises"
	case deadline.Notified:
		return "when the applicant was told"
	case deadline.DocumentsRequested:
		return "when documents were requested of another body"
	case deadline.DocumentsSupplied:
		return "when that body supplied them"
	case deadline.ExtensionNotified:
		return "when the applicant was told of the extension"
	case deadline.ReworkRequested:
		return "when repeated consideration was requested"
	}
	return "when it was " + strings.ReplaceAll(string(e), "_", " ")
}

// fields are the facts of one appeal by column.
type fields map[string]string

// zones are the time zones that were used, by name.
type zones map[string]*time.Location

func (z zones) load(name string) (*time.Location, error) {
	if loc, ok := z[name]; ok {
		return loc, nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("zone: %q is no time zone; write one such as Europe/Moscow", name)
	}
	z[name] = loc
	return loc, nil
}

// facts reads what the fields say.
func (f fields) facts(zones zones, decreeOff bool) (*deadline.Facts, error) {
	loc, err := zones.load(f["zone"])
	out := &deadline.Facts{Kind: sdk.AppealKind(f["kind"]), Policy: deadline.Policy(f["policy"]), Zone: loc, DecreeOff: decreeOff}
	if c := f["category"]; c != "" {
		out.Categories = []string{c}
	}
	errs := []error{err}
	if !slices.Contains(sdk.AppealKinds(), out.Kind) {
		errs = append(errs, fmt.Errorf("kind: %q is neither appeal nor message", out.Kind))
	}
	if !slices.Contains(deadline.Policies(), out.Policy) {
		errs = append(errs, fmt.Errorf("policy: %q is none of %s", out.Policy, policies()))
	}
	for _, e := range deadline.Events() {
		m, err := moment(string(e), f[string(e)])
		*out.Moment(e) = m
		errs = append(errs, err)
	}
	if f["received"] == "" && f["registered"] == "" {
		errs = append(errs, errors.New("received is missing: the date, such as 2025-12-01"))
	}
	out.Extensions, err = f.extensions()
	return out, oneLine(append(errs, err))
}

// extensions is the one extension that fields can tell of.
func (f fields) extensions() ([]deadline.Extension, error) {
	is, err := truth(f["extended"])
	on, errOn := moment("extended_on", f["extended_on"])
	until, errUntil := dateOnly(f["extended_until"])
	if err := oneLine([]error{err, errOn, errUntil}); err != nil || !is && on.IsZero() && until.IsZero() {
		return nil, err
	}
	return []deadline.Extension{{On: on, Until: until}}, nil
}

func dateOnly(s string) (sdk.Date, error) {
	if s == "" {
		return sdk.Date{}, nil
	}
	d, err := sdk.ParseDate(s)
	if err != nil {
		return d, fmt.Errorf("extended_until: %w", err)
	}
	return d, sensible("extended_until", d)
}

// The years that appeals are of, as appeal.v1 has them.
const firstYear, lastYear = 1900, 2199

func sensible(name string, d sdk.Date) error {
	if d.Year < firstYear || d.Year > lastYear {
		return fmt.Errorf("%s: %s is not of the years %d to %d", name, d, firstYear, lastYear)
	}
	return nil
}

// moment reads a date, or a time with its offset.
func moment(name, s string) (deadline.Moment, error) {
	if s == "" {
		return deadline.Moment{}, nil
	}
	if d, err := sdk.ParseDate(s); err == nil {
		return deadline.On(d), sensible(name, d)
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return deadline.Moment{}, fmt.Errorf("%s: %q is neither a date such as 2025-12-01 nor a time such as 2025-12-01T10:00:00+03:00", name, s)
	}
	return deadline.At(t), sensible(name, sdk.DateOf(t))
}

func truth(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "yes", "1", "да":
		return true, nil
	case "", "false", "no", "0", "нет":
		return false, nil
	}
	return false, fmt.Errorf("extended: %q is neither true nor false", s)
}

// oneLine puts errors into one, on one line.
func oneLine(errs []error) error {
	var texts []string
	for _, err := range errs {
		if err != nil {
			texts = append(texts, err.Error())
		}
	}
	if texts == nil {
		return nil
	}
	return errors.New(strings.Join(texts, "; "))
}

// computed is the JSON of one appeal's terms.
type computed struct {
	Line       int                `json:"line,omitzero"` // of the CSV
	ID         string             `json:"id,omitzero"`
	Received   string             `json:"received,omitzero"`
	Registered string             `json:"registered,omitzero"`
	Kind       string             `json:"kind"`
	Category   string             `json:"category,omitzero"`
	Zone       string             `json:"zone"`
	Policy     string             `json:"policy"`
	Terms      []deadline.Term    `json:"terms"`
	Assumed    bool               `json:"assumed,omitzero"`
	Warnings   []deadline.Warning `json:"warnings,omitempty"`
}

func (f fields) result(terms deadline.Terms) computed {
	return computed{
		ID: f["id"], Received: f["received"], Registered: f["registered"], Kind: f["kind"], Category: f["category"], Zone: f["zone"], Policy: f["policy"],
		Terms: terms.Terms, Assumed: terms.Assumed, Warnings: terms.Warnings,
	}
}
