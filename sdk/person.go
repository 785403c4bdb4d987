package sdk

import "log/slog"

// Applicant is the person or organisation that appeals. It never prints itself
// into a log.
type Applicant struct {
	Surname      string `json:"surname,omitzero"`
	Name         string `json:"name,omitzero"`
	Patronymic   string `json:"patronymic,omitzero"`
	Organisation string `json:"organisation,omitzero"` // where an organisation appeals
	Email        string `json:"email,omitzero"`
	Phone        string `json:"phone,omitzero"`
	Address      string `json:"address,omitzero"`       // postal address for the answer
	ReplyByPost  bool   `json:"reply_by_post,omitzero"` // the answer is wanted on paper
}

// LogValue hides the person from logs.
func (Applicant) LogValue() slog.Value { return slog.StringValue("[applicant]") }

// String hides the person from formatted text.
func (Applicant) String() string { return "[applicant]" }

// GoString hides the person from %#v.
func (Applicant) GoString() string { return "[applicant]" }

// FullName joins the parts of the name that are there: «Иванов Иван Иванович».
func (a Applicant) FullName() string {
	if full := joinNonEmpty(a.Surname, a.Name, a.Patronymic); full != "" {
		return full
	}
	return a.Organisation
}

// Official is a person who works on an appeal or signs its answer. It never
// prints itself into a log.
type Official struct {
	Surname    string `json:"surname,omitzero"`
	Name       string `json:"name,omitzero"`
	Patronymic string `json:"patronymic,omitzero"`
	Email      string `json:"email,omitzero"`
	Phone      string `json:"phone,omitzero"`
}

// LogValue hides the person from logs.
func (Official) LogValue() slog.Value { return slog.StringValue("[official]") }

// String hides the person from formatted text.
func (Official) String() string { return "[official]" }

// GoString hides the person from %#v.
func (Official) GoString() string { return "[official]" }

// FullName joins the parts of the name that are there.
func (o Official) FullName() string { return joinNonEmpty(o.Surname, o.Name, o.Patronymic) }

// LogValue keeps what people wrote out of logs: the appeal's id stands for it.
func (a Appeal) LogValue() slog.Value { return slog.StringValue("[appeal " + a.ID + "]") }

// LogValue keeps what people wrote out of logs.
func (c StatusChange) LogValue() slog.Value {
	return slog.StringValue("[status change " + string(c.Status) + "]")
}

func joinNonEmpty(parts ...string) string {
	full := ""
	for _, p := range parts {
		if p == "" {
			continue
		}
		if full != "" {
			full += " "
		}
		full += p
	}
	return full
}
