package directumrxsim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"
)

// respond sends a letter out and finishes the round.
func (s *Sim) respond(e *entity, step Step, result string, values map[string]any, at time.Time) {
	e.course.finished = true
	letter := s.letter(e, step, at)
	values["AnswerLetter"], values["ResponseDate"] = letter, at
	if e.text("RegistrationNumber") == "" {
		s.register(e, Step{}, values, at)
	}
	s.result(e, result, at)
}

// letter is an outgoing letter in response to a document, with its body.
func (s *Sim) letter(e *entity, step Step, at time.Time) *entity {
	words := or(step.Text, fmt.Sprintf("Ваше обращение рассмотрено. Ответ № %d.", e.course.round))
	values := map[string]any{
		"Subject": "Ответ на обращение", "Correspondent": e.link("Correspondent"), "InResponseTo": e, "LeadingDocument": e,
		"DocumentKind": s.find(s.schema.sets["IDocumentKinds"], 3), "PreparedBy": s.official(e), "OurSignatory": s.find(s.schema.sets["IEmployees"], 3),
		"LifeCycleState": "Active", "InternalApprovalState": "Signed", "DocumentDate": at,
	}
	number := ""
	if step.Do == Answer {
		number = step.Number
	}
	s.enter(2, "ИСХ", number, values, at)
	out := s.make(s.schema.sets["IOutgoingLetters"], values)
	file := step.File
	if file == nil {
		file = &File{Name: "Ответ.txt", ContentText: words}
	}
	s.attach(out, file)
	return out
}

// attach gives a document a version with this content.
func (s *Sim) attach(e *entity, file *File) {
	extension := strings.ToLower(strings.TrimPrefix(path.Ext(file.Name), "."))
	t := s.schema.by["IElectronicDocumentVersion"]
	version, err := s.addRow(e.rows("Versions"), t, map[string]any{"Note": file.Name, "AssociatedApplication": s.application(extension)})
	if err != nil { // only a number that is taken is refused
		return
	}
	b := &body{content: slices.Concat(file.Content, []byte(file.ContentText)), writes: 1}
	b.size = int64(len(b.content))
	if b.size == 0 && file.Size > 0 {
		b.made, b.size = fmt.Sprintf("body %d", version.id), file.Size
	}
	digest := sha256.New()
	_, _ = io.Copy(digest, b.open(s.cfg.Seed)) // neither side can fail
	b.sha256 = hex.EncodeToString(digest.Sum(nil))
	version.body = b
	s.append(e, "Versions", version)
}

// application opens files of an extension; txt where there is none of its own.
func (s *Sim) application(extension string) *entity {
	all := s.table(s.schema.sets["IAssociatedApplications"]).list
	for _, a := range all {
		if a.text("Extension") == extension {
			return a
		}
	}
	return all[0]
}

func cut(text string, limit int) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), limit)])
}
