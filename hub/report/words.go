package report

import (
	"errors"
	"slices"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// The words of the export that are known, as public samples and the regulation of
// the platform's stages have them; there is no public list of all. A word that is
// not among them is told of and not compared.

// ends tells by a stage or a status whether the work has ended.
var ends = map[string]map[string]bool{
	"stage": {
		"модерация": false, "координация": false, "исполнение": false, "согласование": false, "утверждение": false,
		"согласование и утверждение": false, "завершено": true,
	},
	"status": {
		"отправлен ответ заявителю": true, "закрыто": true, "обращение рассмотрено": true,
		"в работе": false, "обращение принято в работу": false,
	},
}

// decisions are the statuses that a decision stands for; a refusal is also an
// answer that does not support the appeal.
var decisions = map[string][]sdk.Status{
	"решено":         {sdk.StatusAnswered},
	"перенаправлено": {sdk.StatusForwarded},
	"отклонено":      {sdk.StatusRefused, sdk.StatusLeftUnanswered},
	"отложено":       {sdk.StatusPostponed},
}

// Unknown is a word of the export's that is not compared.
type Unknown struct {
	Column string `json:"column"` // stage, status, decision
	Word   string `json:"word"`
	Rows   int    `json:"rows"` // in the window that have it
}

// wordID stands for a word of a column; 0 for none.
type wordID uint16

// words keeps each word of each column once.
type words struct {
	all []wordOf
	ids map[[2]string]wordID
}

type wordOf struct {
	column, text string
	known        bool
	ends         bool         // of a stage or a status
	means        []sdk.Status // of a decision
}

// mostWords bounds the different words of an export.
const mostWords = 1000

var errWords = errors.New("more than 1000 different stages, statuses and decisions")

func newWords() words { return words{all: make([]wordOf, 1), ids: map[[2]string]wordID{}} }

func (w *words) id(column, text string) (wordID, error) {
	if text == "" {
		return 0, nil
	}
	key := [2]string{column, text}
	if id, ok := w.ids[key]; ok {
		return id, nil
	}
	if len(w.all) > mostWords {
		return 0, errWords
	}
	one := wordOf{column: column, text: text}
	one.ends, one.known = ends[column][canonical(text)]
	if column == "decision" {
		one.means, one.known = decisions[canonical(text)]
	}
	id := wordID(len(w.all))
	w.all, w.ids[key] = append(w.all, one), id
	return id, nil
}

// fits reports whether a decision is how an appeal stands, as far as that is known.
func (o *wordOf) fits(s *standing) bool {
	r := &s.record
	switch {
	case s.Status == sdk.StatusAnswered && s.Outcome == sdk.OutcomeNotSupported:
		return slices.Contains(o.means, sdk.StatusRefused) || slices.Contains(o.means, sdk.StatusAnswered)
	case s.Status == sdk.StatusClosed: // with what came before
		return !r.Answered.IsZero() && slices.Contains(o.means, sdk.StatusAnswered) ||
			!r.Forwarded.IsZero() && slices.Contains(o.means, sdk.StatusForwarded) ||
			r.Refused && slices.Contains(o.means, sdk.StatusRefused) ||
			r.Answered.IsZero() && r.Forwarded.IsZero() && !r.Refused
	}
	return slices.Contains(o.means, s.Status)
}

// packed is a date as the number yyyymmdd; 0 for none.
type packed int32

func pack(d sdk.Date) packed { return packed(d.Year*10000 + int(d.Month)*100 + d.Day) }

func (p packed) date() sdk.Date {
	return sdk.Date{Year: int(p / 10000), Month: time.Month(p / 100 % 100), Day: int(p % 100)}
}

// tri is a Flag in a byte.
type tri uint8

func triOf(f Flag) tri { return tri(slices.Index([]Flag{"", Yes, No}, f) & 3) }

func (t tri) flag() Flag { return [4]Flag{"", Yes, No, ""}[t] }
