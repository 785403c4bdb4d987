package deadline_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/deadline"
)

// TestShipped: each rule cites its article, and what no public text gives is the
// operator's and disabled, without a number.
func TestShipped(t *testing.T) {
	rules, err := deadline.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	operators := 0
	for _, r := range rules.All() {
		if r.Source == deadline.SourceOperator {
			operators++
			if r.Enabled || r.Article != "" || r.Length != 0 || len(r.Table) != 0 {
				t.Errorf("%s: %+v", r.ID, r)
			}
			continue
		}
		if !r.Enabled || r.Article == "" {
			t.Errorf("%s: %+v", r.ID, r)
		}
	}
	if len(rules.All()) < 20 || operators < 4 {
		t.Errorf("%d rules, %d the operator's", len(rules.All()), operators)
	}
	want := "answered_on_site cannot_forward court_decision governor_migration migration unclear unreadable"
	if got := strings.Join(rules.Categories(), " "); got != want {
		t.Errorf("categories: %s", got)
	}
	if _, err := deadline.ShippedSet("ru-59fz"); err != nil {
		t.Error(err)
	}
}

// rulesFile is a good file of two rules.
const rulesFile = `format: appealhub/deadline-rules/v1
set: ours
version: 1
rules:
  - id: a
    term: answer
    source: law
    article: art. 1
    kinds: [appeal]
    in_force: {from: 2026-01-01, till: 2026-12-31}
    from: registered
    length: 30
    unit: calendar_days
    extension: {length: 30, article: art. 2}
  - id: b
    term: control
    source: operator
    before: answer
    of: due
    length: 3
`

// TestRuleFaults: each with its line and field.
func TestRuleFaults(t *testing.T) {
	second := func(rule string) string { return rulesFile + "  - " + rule + "\n" }
	for name, c := range map[string]struct{ file, want string }{
		"unknown field":        {strings.Replace(rulesFile, "unit:", "units:", 1), "line 13: rules[0].units: is not known here; known: article,"},
		"unknown term":         {strings.Replace(rulesFile, "term: answer", "term: reply", 1), `line 6: rules[0].term: "reply" is none of registration, forwarding`},
		"unknown event":        {strings.Replace(rulesFile, "from: registered", "from: sent", 1), `line 11: rules[0].from: "sent" is none of received`},
		"unknown unit":         {strings.Replace(rulesFile, "calendar_days", "weeks", 1), `rules[0].unit: "weeks" is none of calendar_days, working_days, hours`},
		"negative length":      {strings.Replace(rulesFile, "length: 30\n", "length: -1\n", 1), "line 12: rules[0].length: is not a whole number from 0 to 3650"},
		"a fraction":           {strings.Replace(rulesFile, "length: 30\n", "length: 1.5\n", 1), "is not a whole number"},
		"impossible date":      {strings.Replace(rulesFile, "2026-12-31", "2026-02-30", 1), `line 10: rules[0].in_force.till: "2026-02-30" is not a date`},
		"in force backwards":   {strings.Replace(rulesFile, "2026-12-31", "2025-12-31", 1), "line 5: rules.a: in_force ends before it begins"},
		"half an extension":    {strings.Replace(rulesFile, ", article: art. 2", "", 1), "rules[0].extension: length and article are required"},
		"no id":                {strings.Replace(rulesFile, "- id: a\n    term", "- term", 1), "line 5: rules[0]: id is missing"},
		"no term":              {strings.Replace(rulesFile, "    term: answer\n", "", 1), "rules.a: term is missing"},
		"no article":           {strings.Replace(rulesFile, "    article: art. 1\n", "", 1), "rules.a: article is missing"},
		"an operator's law":    {strings.Replace(rulesFile, "source: law", "source: operator", 1), "a rule of the operator's has no article"},
		"no length":            {strings.Replace(rulesFile, "    length: 30\n", "", 1), "rules.a: has no length; set it, or enabled: false"},
		"no start":             {strings.Replace(rulesFile, "    from: registered\n", "", 1), "either from or before is required"},
		"two starts":           {strings.Replace(rulesFile, "before: answer", "before: answer\n    from: received", 1), "either from or before is required"},
		"no basis":             {strings.Replace(rulesFile, "    of: due\n", "", 1), "rules.b: of is missing"},
		"hours before":         {strings.Replace(rulesFile, "of: due", "of: due\n    unit: hours", 1), "a term before another is not in hours"},
		"no days":              {strings.Replace(rulesFile, "length: 30\n", "length: 0\n", 1), "a length of 0 is for dates that someone names"},
		"named date and days":  {strings.Replace(rulesFile, "from: registered", "from: answer_at", 1), "a date that someone names is the last day itself"},
		"extension of others":  {strings.Replace(rulesFile, "term: answer", "term: return", 1), "only the term of the answer is extended"},
		"instead of itself":    {strings.Replace(rulesFile, "unit:", "instead_of: [answer]\n    unit:", 1), "instead_of names the rule's own term"},
		"pause of hours":       {strings.Replace(rulesFile, "unit: calendar_days", "unit: hours\n    pauses: true", 1), "only terms in calendar days pause"},
		"pause of a date":      {strings.Replace(rulesFile, "from: registered\n    length: 30", "pauses: true\n    from: answer_at\n    length: 0", 1), "a.pauses: is for terms that run from an event"},
		"table and length":     {strings.Replace(rulesFile, "unit:", "table: {x: 1}\n    unit:", 1), "length and table exclude each other"},
		"id twice":             {second("{id: a, enabled: false, term: return, source: operator, from: received}"), "line 21: rules.a: is there twice in line 5"},
		"overlap":              {second("{id: c, term: answer, source: law, article: x, kinds: [appeal], from: received, length: 1}"), "line 21: rules.c: overlaps rule a in line 5: both are for answer; tell them apart"},
		"overlap by one day":   {second("{id: c, term: answer, source: law, article: x, kinds: [appeal, message], in_force: {from: 2026-12-31}, from: received, length: 1}"), "overlaps rule a"},
		"loop of its own":      {strings.Replace(rulesFile, "before: answer", "before: control", 1), "line 15: rules.b: loops: control, control: each is counted from the next"},
		"loop of two":          {second("{id: c, term: answer, source: operator, before: control, of: due, length: 1}"), "rules.b: loops: control, answer, control"},
		"loop of events":       {strings.Replace(rulesFile, "unit:", "restarted_by: [registered]\n    unit:", 1), "rules.a: loops: registered starts the term and restarts it"},
		"ended by its start":   {strings.Replace(rulesFile, "unit:", "ended_by: [answered, registered]\n    unit:", 1), "line 5: rules.a.ended_by: registered starts the term: what happens then can't end it"},
		"ended by a restart":   {strings.Replace(rulesFile, "unit:", "ended_by: [answered]\n    restarted_by: [answered]\n    unit:", 1), "rules.a.ended_by: answered restarts the term: what happens then can't end it"},
		"ended by a promise":   {strings.Replace(rulesFile, "unit:", "ended_by: [promised]\n    unit:", 1), `line 13: rules[0].ended_by[0]: "promised" is none of received, registered`},
		"ended by a date":      {strings.Replace(rulesFile, "unit:", "ended_by: [answered, answer_at]\n    unit:", 1), `rules[0].ended_by[1]: "answer_at" is none of`},
		"restarted by a date":  {strings.Replace(rulesFile, "unit:", "restarted_by: [answer_at]\n    unit:", 1), `line 13: rules[0].restarted_by[0]: "answer_at" is none of`},
		"restarted by promise": {strings.Replace(rulesFile, "unit:", "restarted_by: [promised]\n    unit:", 1), `rules[0].restarted_by[0]: "promised" is none of`},
		"a restart before":     {strings.Replace(rulesFile, "of: due", "of: due\n    restarted_by: [forwarded]", 1), "rules.b.restarted_by: is for rules with from: this term runs to another's end"},
		"a restart of a date":  {strings.Replace(rulesFile, "from: registered\n    length: 30", "from: promised\n    restarted_by: [forwarded]\n    length: 0", 1), "rules.a.restarted_by: a date that someone names is the last day whatever happens"},
		"hours on a day off":   {strings.Replace(rulesFile, "unit: calendar_days", "unit: hours\n    on_day_off: calendar", 1), "line 5: rules.a.on_day_off: a term in hours is an instant, and never moved"},
		"unknown set":          {strings.Replace(rulesFile, "version: 1", "version: 1\nextends: [by]", 1), `line 4: extends[0]: "by" is none of ru-59fz, ru-pos`},
		"set twice":            {strings.Replace(rulesFile, "version: 1", "version: 1\nextends: [ru-pos, ru-pos]", 1), "ru-pos is there twice"},
		"overlap with a set":   {strings.Replace(rulesFile, "version: 1", "version: 1\nextends: [ru-59fz]", 1), "rules.a: overlaps rule 59fz-answer: both are"},
		"no version":           {strings.Replace(rulesFile, "version: 1\n", "", 1), "line 1: version is missing"},
		"another format":       {strings.Replace(rulesFile, "rules/v1", "rules/v9", 1), "line 1: format:"},
		"rules are no list":    {"format: appealhub/deadline-rules/v1\nset: x\nversion: 1\nrules: {}\n", "rules: is not a list"},
		"empty":                {"", "the file is empty"},
		"unfinished, operator": {second("{id: c, term: return, source: operator, from: received}"), "rules.c: has no length"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := deadline.ParseRules([]byte(c.file))
			var faults *deadline.FileError
			if !errors.As(err, &faults) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

// TestNoOverlap: rules that are told apart by category, kind or day live side by
// side, and so does a disabled one.
func TestNoOverlap(t *testing.T) {
	for _, rule := range []string{
		"{id: c, enabled: false, term: answer, source: law, article: x, kinds: [appeal], from: received, length: 1}",
		"{id: c, term: answer, source: law, article: x, kinds: [message], from: received, length: 1}",
		"{id: c, term: answer, source: law, article: x, kinds: [appeal], categories: [y], from: received, length: 1}",
		"{id: c, term: answer, source: law, article: x, kinds: [appeal], in_force: {from: 2027-01-01}, from: received, length: 1}",
		"{id: c, term: answer, source: law, article: x, from: received, length: 1}",
	} {
		if _, err := deadline.ParseRules([]byte(rulesFile + "  - " + rule + "\n")); err != nil {
			t.Errorf("%s: %v", rule, err)
		}
	}
}

// TestChange: a rule with the id of an extended one changes what it names, and
// nothing else.
func TestChange(t *testing.T) {
	f := registered(t, "2025-12-02")
	if got := find(t, engine(t, "- {id: 59fz-forwarding, length: 5}\n"), f, deadline.Forwarding); got.Due.String() != "2025-12-05" || got.Article != "59-ФЗ art. 8 p. 3" || got.OnlyIf == "" {
		t.Errorf("%+v", got)
	}
	if got := find(t, engine(t, "- {length: 5, id: 59fz-forwarding}\n"), f, deadline.Forwarding); got.Days != 5 {
		t.Errorf("with the id behind: %+v", got)
	}
	if got := find(t, engine(t, "- {id: 59fz-answer, on_day_off: next_working_day}\n"), f, deadline.Answer); got.Due.String() != "2026-01-12" {
		t.Errorf("a rule's own policy: %+v", got)
	}
	if _, ok := ptr(engine(t, "- {id: 59fz-return, enabled: false}\n").Terms(f)).Find(deadline.Return); ok {
		t.Error("a disabled rule is used")
	}
}
