package directumrx

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/appealhub/appealhub/sdk"
)

// valueAnswerBy is the value that is never taken back: see update.
const valueAnswerBy = "answer_by"

// valueNames lists the values that a profile may put into properties.
func valueNames() []string {
	return []string{"name", "subject", "number", "received_at", valueAnswerBy, "full_name", "surname", "first_name", "patronymic",
		"organisation", "postal_address", "email", "phone", "repeated"}
}

// fill writes the properties that a profile names; empty values are left out.
func (c *Connector) fill(entity object, properties map[string]string, a *sdk.Appeal) {
	for name, value := range properties {
		if v := c.cfg.value(value, a); v != "" && v != nil {
			entity[name] = v
		}
	}
}

// value is one value of an appeal by its name in profiles.
func (c config) value(name string, a *sdk.Appeal) any {
	who := a.Applicant
	switch name {
	case "name":
		return cut(strings.TrimSpace("Обращение "+numbered(number(a))), maxTitle)
	case "subject":
		return subject(a)
	case "number":
		return cut(number(a), maxNumber)
	case "received_at":
		if !a.ReceivedAt.IsZero() {
			return moment(a.ReceivedAt, c.zone)
		}
	case valueAnswerBy:
		if !a.AnswerBy.IsZero() {
			return moment(a.AnswerBy.In(c.zone), c.zone)
		}
	case "full_name":
		return cut(who.FullName(), maxTitle)
	case "surname":
		return cut(orDash(who.Surname), maxPart)
	case "first_name":
		return cut(orDash(who.Name), maxPart)
	case "patronymic":
		return cut(who.Patronymic, maxPart)
	case "organisation":
		return cut(who.Organisation, maxTitle)
	case "postal_address":
		return cut(who.Address, maxTitle)
	case "email":
		return cut(who.Email, maxTitle)
	case "phone":
		return cut(who.Phone, maxTitle)
	case "repeated":
		return a.Rework.Round > 0
	}
	return nil
}

// The lengths to which values are cut, in characters. Only those of
// RegistrationNumber (50) and Note (1000) are documented; what is cut stands in
// full in the hub.
const (
	maxTitle  = 250
	maxPart   = 100 // of a person's name
	maxNumber = 50
)

// orDash fills a part of the name that a person's card requires.
func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// number is the appeal's number in the system it came from.
func number(a *sdk.Appeal) string {
	if len(a.Numbers) == 0 {
		return ""
	}
	return a.Numbers[0].Value
}

func numbered(n string) string {
	if n == "" {
		return ""
	}
	return "№ " + n
}

// subject says what the appeal is about, in the words of the source's catalogue
// and with the place, as far as there is room.
func subject(a *sdk.Appeal) string {
	s := strings.Join(topics(a), ". ")
	if placed := strings.TrimPrefix(s+". "+a.Address, ". "); a.Address != "" && utf8.RuneCountInString(placed) <= maxTitle {
		return placed
	}
	return cut(s, maxTitle)
}

func topics(a *sdk.Appeal) []string {
	var out []string
	if a.Rework.Round > 0 {
		out = append(out, "Повторное рассмотрение "+numbered(strconv.Itoa(a.Rework.Round)))
	}
	for _, s := range []string{numbered(number(a)), a.Category.Name, a.Subcategory.Name, a.Fact.Name} {
		if s != "" && (len(out) == 0 || out[len(out)-1] != s) {
			out = append(out, s)
		}
	}
	return out
}

func cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit-1]) + "…"
}

// text is the body of a text version: the applicant's own words, and below them
// what no property holds.
func (c config) text(a *sdk.Appeal) string {
	var more []string
	line := func(label, value string) {
		if value != "" {
			more = append(more, label+": "+value)
		}
	}
	if a.Rework.Round > 0 {
		line("Повторное рассмотрение", strings.TrimSpace(fmt.Sprintf("№ %d. %s", a.Rework.Round, a.Rework.Reason)))
	}
	if a.Rating.Value > 0 {
		line("Оценка ответа заявителем", strings.TrimSpace(fmt.Sprintf("%d. %s", a.Rating.Value, a.Rating.Comment)))
	}
	if !strings.HasSuffix(subject(a), a.Address) {
		line("Место", a.Address)
	}
	if a.Applicant.Surname+a.Applicant.Name != "" {
		line("Организация", a.Applicant.Organisation)
	}
	for _, p := range a.CoApplicants {
		line("Соавтор", strings.Join(nonEmpty(p.FullName(), p.Address, p.Email, p.Phone), ", "))
	}
	for _, f := range a.Fields {
		line(f.Name, f.Value)
	}
	if len(more) == 0 {
		return a.Text
	}
	return a.Text + "\n\n" + strings.Join(more, "\n") + "\n"
}

func nonEmpty(all ...string) []string {
	var out []string
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
