package directumrxsim

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// begin has the officials see a document that came in. The caller holds the
// lock here and below.
func (s *Sim) begin(e *entity) {
	if !e.typ.is("IRequest") && !e.typ.is("IIncomingLetter") {
		return
	}
	e.course = &course{script: s.scriptFor(e), round: 1}
	s.follow(e, e.course.script.Steps)
}

// follow does the steps, each in its time, in place of those still planned.
func (s *Sim) follow(e *entity, steps []Step) {
	e.course.plan++
	s.next(e, steps, e.course.plan, s.now())
}

func (s *Sim) next(e *entity, steps []Step, plan int, now time.Time) {
	for len(steps) > 0 && steps[0].After == 0 {
		s.do(e, steps[0], now)
		steps = steps[1:]
	}
	if len(steps) == 0 {
		return
	}
	s.kit.Timetable.At(now.Add(time.Duration(steps[0].After)), func(at time.Time) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if e.course.plan == plan {
			s.do(e, steps[0], at)
			s.next(e, steps[1:], plan, at)
		}
	})
}

// do is one step. Properties that the document's type lacks stay away.
func (s *Sim) do(e *entity, step Step, at time.Time) {
	at = at.Truncate(time.Second)
	e.course.history = append(e.course.history, happening{at, e.course.round, step.Do})
	values := map[string]any{}
	switch step.Do {
	case Take:
		values["ExecutionState"], values["LifeCycleState"], values["Assignee"] = "OnExecution", "Active", s.official(e)
		s.result(e, "Active", at)
	case Register:
		s.register(e, step, values, at)
	case Answer:
		values["ExecutionState"] = "Executed"
		s.respond(e, step, or(step.Result, "Explained"), values, at)
	case Forward:
		values["ExecutionState"], values["TransferredTo"] = "Executed", s.competent(step.To)
		s.respond(e, step, "Transferred", values, at)
	case Refuse:
		values["ExecutionState"] = "Executed"
		if !e.typ.is("IRequest") {
			values["ExecutionState"] = "Aborted"
		}
		s.respond(e, step, "Denied", values, at)
	case Extend:
		s.extend(e, step, values, at)
	case Leave:
		values["ExecutionState"] = "WithoutExecut"
		e.course.finished = true
		s.result(e, "Obsolete", at)
	case Close:
		values["ControlExecutionState"] = "ControlRemoved"
		e.course.finished = true
	case Reopen:
		e.course.round, e.course.finished = e.course.round+1, false
		values["ExecutionState"], values["ResponseDate"], values["AnswerLetter"], values["TransferredTo"] = "OnExecution", nil, nil, nil
		s.result(e, "Active", at)
	case Set:
		for name, value := range step.Values {
			values[name] = native(e.typ.byName[name], value)
		}
	}
	maps.DeleteFunc(values, func(name string, _ any) bool { return e.typ.byName[name] == nil })
	s.set(e, values, at)
}

// native is a script's value in the form in which properties are kept.
func native(p *property, value any) any {
	switch v := value.(type) {
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil && p != nil && p.kind == moment {
			return at
		}
	case float64:
		return int64(v)
	}
	return value
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// result gives every question of a request a review result.
func (s *Sim) result(e *entity, result string, at time.Time) {
	for _, q := range e.rows("Questions") {
		s.set(q, map[string]any{"ReviewResult": result, "ReviewDate": at}, at)
	}
}

// official is the one to whom the document falls.
func (s *Sim) official(e *entity) *entity {
	n := simkit.Rand(s.cfg.Seed, fmt.Sprintf("official %d", e.id)).IntN(2)
	return s.find(s.schema.sets["IEmployees"], int64(n+1))
}

// competent is the body of this name; it is entered where it is new.
func (s *Sim) competent(name string) *entity {
	t := s.schema.sets["ICompanies"]
	for _, c := range s.table(t).list {
		if c.typ == t && c.text("Name") == name {
			return c
		}
	}
	return s.make(t, map[string]any{"Name": name})
}

func (s *Sim) register(e *entity, step Step, values map[string]any, at time.Time) {
	register, index := int64(1), "ОГ"
	if !e.typ.is("IRequest") {
		register, index = 3, "ВХ"
	}
	s.enter(register, index, step.Number, values, at)
	values["LifeCycleState"] = "Active"
	if e.text("ExecutionState") == "" && values["ExecutionState"] == nil {
		values["ExecutionState"] = "OnReview"
	}
	term := at.AddDate(0, 0, 30)
	if e.values["Deadline"] != nil {
		term, _ = e.values["Deadline"].(time.Time)
	}
	values["Deadline"], values["InitialDeadline"] = term, term
}

// enter gives a document its number in a register.
func (s *Sim) enter(register int64, index, number string, values map[string]any, at time.Time) {
	if number == "" {
		s.numbers[index]++
		number = fmt.Sprintf("%d-%s", s.numbers[index], index)
	}
	values["RegistrationNumber"], values["RegistrationDate"], values["RegistrationState"] = number, at, "Registered"
	values["DocumentRegister"] = s.find(s.schema.sets["IDocumentRegisters"], register)
}

func (s *Sim) extend(e *entity, step Step, values map[string]any, at time.Time) {
	days := step.Days
	if days == 0 {
		days = 30
	}
	term, known := e.values["Deadline"].(time.Time)
	if !known {
		term = at.AddDate(0, 0, 30)
	}
	term = term.AddDate(0, 0, days)
	values["Deadline"] = term
	if e.typ.byName["ProlongationDeadline"] != nil {
		row := s.newRow(s.schema.by["IRequestProlongation"], map[string]any{
			"Number": int64(len(e.rows("ProlongationDeadline")) + 1), "NewDeadline": term, "ReasonChangeDeadline": or(step.Text, "Требуется дополнительная проверка"),
		})
		values["ProlongationDeadline"] = append(slices.Clone(e.rows("ProlongationDeadline")), row)
	}
	s.result(e, "InWorkExtended", at)
}
