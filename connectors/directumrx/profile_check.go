package directumrx

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/appealhub/appealhub/sdk"
)

// validate returns every fault of a profile, joined.
func (p profile) validate() error {
	v := faults{}
	v.required("entity_set", p.EntitySet)
	v.required("bodies", p.Bodies)
	v.required("external_id", p.ExternalID)
	v.identifier("business_unit", p.BusinessUnit)
	v.values("properties", p.Properties)
	for _, name := range slices.Sorted(maps.Keys(p.Constants)) {
		v.identifier("constants: "+name, name)
	}
	if len(p.DocumentKind.Names) > 0 {
		v.required("document_kind.property", p.DocumentKind.Property)
		v.required("document_kind.set", p.DocumentKind.Set)
	}
	p.Correspondent.validate(&v)
	p.Questions.validate(&v)
	p.State.validate(&v)
	p.Answer.validate(&v)
	p.Unfinished.validate(&v)
	if p.Prolongations != (prolongationRule{}) {
		v.required("prolongations.property", p.Prolongations.Property)
		v.required("prolongations.deadline", p.Prolongations.Deadline)
		v.identifier("prolongations.number", p.Prolongations.Number)
		v.identifier("prolongations.reason", p.Prolongations.Reason)
	}
	if len(p.Execution) == 0 {
		v.add("execution_states has no entry")
	}
	if p.Questions.Property != "" && len(p.Results) == 0 {
		v.add("review_results has no entry, and questions are given")
	}
	v.table("execution_states", p.Execution)
	v.table("life_cycle_states", p.LifeCycle)
	v.table("review_results", p.Results)
	return errors.Join(v.errs...)
}

func (r correspondentRule) validate(v *faults) {
	if r.Property == "" {
		return
	}
	v.required("correspondent.property", r.Property)
	v.required("correspondent.external_id", r.ExternalID)
	v.required("correspondent.person.set", r.Person.Set)
	v.required("correspondent.company.set", r.Company.Set)
	v.values("correspondent.person.properties", r.Person.Properties)
	v.values("correspondent.company.properties", r.Company.Properties)
}

func (r questionRule) validate(v *faults) {
	if r.Property == "" && r.Set == "" && len(r.Codes) == 0 {
		return
	}
	v.required("questions.property", r.Property)
	v.required("questions.link", r.Link)
	v.required("questions.set", r.Set)
	v.required("questions.code", r.Code)
	v.required("questions.result", r.Result)
	v.identifier("questions.name", r.Name)
	code := regexp.MustCompile(`^[0-9]{4}(\.[0-9]{4}){3,4}$`)
	for _, term := range slices.Sorted(maps.Keys(r.Codes)) {
		if !code.MatchString(r.Codes[term]) {
			v.add("questions.codes: %s: %q is no code of the classifier such as 0005.0005.0056.1156", term, r.Codes[term])
		}
	}
}

func (r stateRule) validate(v *faults) {
	v.required("state.execution", r.Execution)
	v.required("state.registration_number", r.RegistrationNumber)
	for _, one := range [][2]string{
		{"life_cycle", r.LifeCycle}, {"registration_date", r.RegistrationDate}, {"registration", r.Registration}, {"deadline", r.Deadline},
		{"initial_deadline", r.InitialDeadline}, {"executor", r.Executor}, {"forwarded_to", r.ForwardedTo},
	} {
		v.identifier("state."+one[0], one[1])
	}
}

func (r answerRule) validate(v *faults) {
	if r.Property == "" && r.Set == "" && r.By == "" && len(r.Draft) == 0 {
		return
	}
	v.required("answer.set", r.Set)
	v.identifier("answer.property", r.Property)
	v.identifier("answer.by", r.By)
	if (r.Property == "") == (r.By == "") {
		v.add("answer needs one of property and by")
	}
	for _, name := range slices.Sorted(maps.Keys(r.Draft)) {
		v.identifier("answer.draft: "+name, name)
	}
}

// faults gathers what is wrong with a profile.
type faults struct{ errs []error }

func (f *faults) add(format string, args ...any) {
	f.errs = append(f.errs, fmt.Errorf(format, args...))
}

func (f *faults) required(key, value string) {
	if value == "" {
		f.add("%s is not set", key)
		return
	}
	f.identifier(key, value)
}

// identifier is a name of OData's: it goes into addresses as it stands.
func (f *faults) identifier(key, value string) {
	if ok, _ := regexp.MatchString(`^[\p{L}_][\p{L}\p{N}_]*$`, value); value != "" && !ok {
		f.add("%s: %q is no name of an entity set or property", key, value)
	}
}

func (f *faults) values(key string, properties map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		f.identifier(key+": "+name, name)
		if !slices.Contains(valueNames(), properties[name]) {
			f.add("%s: %s names the value %q; known: %s", key, name, properties[name], strings.Join(valueNames(), ", "))
		}
	}
}

func (f *faults) table(key string, t table) {
	for _, code := range slices.Sorted(maps.Keys(t)) {
		switch m := t[code]; {
		case m.Status == "":
			f.add("%s: %s has no canonical status", key, code)
		case !m.Status.Valid():
			f.add("%s: %s names the unknown status %q; known: %s", key, code, m.Status, joined(sdk.Statuses()))
		case m.Outcome != "" && !m.Outcome.Valid():
			f.add("%s: %s names the unknown outcome %q; known: %s", key, code, m.Outcome, joined(sdk.Outcomes()))
		case m.Outcome != "" && m.Status != sdk.StatusAnswered:
			f.add("%s: %s has an outcome, which belongs to the status answered", key, code)
		}
	}
}

func joined[T ~string](all []T) string {
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = string(v)
	}
	return strings.Join(out, ", ")
}
