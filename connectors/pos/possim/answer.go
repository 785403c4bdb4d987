package possim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// maxAnswer bounds an answer's body, in bytes.
const maxAnswer = 4 << 20

// answer is what a client said of an appeal.
type answer struct {
	N            int             `json:"n"` // from 1, among all of the item's
	At           time.Time       `json:"at"`
	Round        int             `json:"round"`         // of consideration
	Repeats      int             `json:"repeats"`       // times the same bytes came again
	BeforeAccept bool            `json:"before_accept"` // came before the item was accepted
	Late         bool            `json:"late"`          // came after the round's final answer
	Body         json.RawMessage `json:"body"`
	fields       answerBody
}

// conflicts reports whether a is another final answer than its round has.
func (a *answer) conflicts() bool { return a.Late && a.fields.final() }

// answerBody is the body as far as a strict platform looks at it.
type answerBody struct {
	Answer              *bool             `json:"answer"`
	AnswerText          string            `json:"answerText"`
	AppealAnswerType    string            `json:"appealAnswerType"`
	AttachmentIDs       []json.RawMessage `json:"attachmentIds"`
	Comment             string            `json:"comment"`
	ExecutorInfo        *official         `json:"executorInfo"`
	ManagerInfo         *official         `json:"managerInfo"`
	ID                  json.RawMessage   `json:"id"`
	NotifyApplicant     *bool             `json:"notifyApplicant"`
	RegNumber           string            `json:"regNumber"`
	RegNumberSetAt      *time.Time        `json:"regNumberSetAt"`
	OutgoingNumber      string            `json:"outgoingNumber"`
	OutgoingNumberSetAt *time.Time        `json:"outgoingNumberSetAt"`
	PostponedDate       *time.Time        `json:"postponedDate"`
	Status              string            `json:"status"`
	StatusText          string            `json:"statusText"`
}

type official struct {
	Surname    string `json:"surname"`
	Name       string `json:"name"`
	Patronymic string `json:"patronymic"`
	Email      string `json:"email"`
	Phone      string `json:"phone"`
}

func (b answerBody) final() bool {
	return b.Answer != nil && *b.Answer && b.AppealAnswerType != "POSTPONED"
}

// answer takes a progress message or an answer. The same bytes again, in the
// same round, are counted and change nothing.
func (s *Sim) answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAnswer))
	if err != nil {
		simkit.Refuse(w, http.StatusBadRequest, "Тело запроса не прочитано")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	item, ok := s.byID[r.PathValue("id")]
	if !ok {
		simkit.Refuse(w, http.StatusNotFound, "Сообщение не найдено")
		return
	}
	for _, old := range item.answers {
		if old.Round == item.round && bytes.Equal(old.Body, body) {
			old.Repeats++
			simkit.WriteJSON(w, http.StatusOK, map[string]string{"id": item.id})
			return
		}
	}
	fields, wrong := s.validate(item, r.Header.Get("Content-Type"), body)
	if len(wrong) > 0 {
		simkit.Refuse(w, http.StatusBadRequest, wrong...)
		return
	}
	item.answers = append(item.answers, &answer{
		N: len(item.answers) + 1, At: s.kit.Clock.Now(), Round: item.round,
		BeforeAccept: len(item.acceptedAt) == 0, Late: item.closed, Body: body, fields: fields,
	})
	if fields.final() && !item.closed {
		item.closed = true
		s.react(item)
	}
	simkit.WriteJSON(w, http.StatusOK, map[string]string{"id": item.id})
}

// validate says everything that is wrong with a body.
func (s *Sim) validate(item *record, contentType string, body []byte) (answerBody, []string) {
	var b answerBody
	if !strings.HasPrefix(contentType, "application/json") {
		return b, []string{"Ожидается application/json"}
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return b, []string{"Некорректный JSON: " + err.Error()}
	}
	var wrong []string
	require := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	answers := b.Answer != nil && *b.Answer
	require(b.Answer != nil, "answer: обязательное поле")
	require(b.ID == nil || plainID(b.ID) == item.id, "id: не совпадает с адресом")
	require(slices.Contains([]string{"В работе", "Закрыто"}, b.Status), "status: недопустимое значение")
	require(b.StatusText != "", "statusText: обязательное поле")
	require(slices.Contains([]string{"", "SOLVED", "FORWARDED", "REJECTED", "POSTPONED"}, b.AppealAnswerType), "appealAnswerType: недопустимое значение")
	require(!answers || strings.TrimSpace(b.AnswerText) != "", "answerText: обязательное поле ответа")
	require(!answers || b.AppealAnswerType != "", "appealAnswerType: обязательное поле ответа")
	require(answers || b.AppealAnswerType == "", "appealAnswerType: недопустимо без ответа")
	require(b.AppealAnswerType != "POSTPONED" || b.PostponedDate != nil, "postponedDate: обязательное поле для POSTPONED")
	require(b.RegNumberSetAt == nil || b.RegNumber != "", "regNumber: обязательное поле при regNumberSetAt")
	for _, id := range b.AttachmentIDs {
		require(s.uploads[plainID(id)] != nil, "attachmentIds: файл %s не найден", plainID(id))
	}
	return b, wrong
}

// plainID is an id without the quotes that it may have.
func plainID(raw json.RawMessage) string { return strings.Trim(string(raw), `"`) }

// step is an entry of the public timeline; its shape is this simulator's own.
type step struct {
	Status     string    `json:"status"`
	StatusText string    `json:"statusText"`
	CreatedAt  time.Time `json:"createdAt"`
}

// timeline is what anybody may see of an appeal: no names, no texts.
func (s *Sim) timeline(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	item, ok := s.byID[r.PathValue("id")]
	if !ok {
		simkit.Refuse(w, http.StatusNotFound, "Сообщение не найдено")
		return
	}
	steps := []step{}
	for _, a := range item.answers {
		steps = append(steps, step{a.fields.Status, a.fields.StatusText, a.At})
	}
	for _, again := range item.reworks {
		steps = append(steps, step{"В работе", "Повторное рассмотрение", again.CreatedAt})
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.CreatedAt.Compare(b.CreatedAt) })
	simkit.WriteJSON(w, http.StatusOK, steps)
}
