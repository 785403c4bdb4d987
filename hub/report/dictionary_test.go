package report_test

import (
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/report"
)

// TestDictionary: an operator's words stand for known ones, however they are
// written; what stands for nothing known is refused by name.
func TestDictionary(t *testing.T) {
	d, err := report.ParseDictionary([]byte("stage: {На контроле: Исполнение}\ndecision: {Удовлетворено: РЕШЕНО}\n"))
	if err != nil {
		t.Fatal(err)
	}
	r := report.Row{Stage: "на  КОНТРОЛЕ", Status: "На контроле", Decision: "Отклонено"}
	own := d.Translate(&r)
	if len(own) != 1 || own["stage"] != "на  КОНТРОЛЕ" {
		t.Errorf("the file's own: %v", own)
	}
	if r.Stage != "исполнение" || r.Status != "На контроле" || r.Decision != "Отклонено" {
		t.Errorf("%+v", r)
	}
	if d, err := report.ParseDictionary(nil); err != nil || len(d) != 0 {
		t.Errorf("an empty file: %v, %v", d, err)
	}
	for text, want := range map[string]string{
		"stage: {На контроле: Где-то}":                 "stage: «На контроле» stands for «Где-то», which is none of «завершено», ",
		"Стадия: {На контроле: а}":                     "Стадия: is none of stage, status, decision",
		"stage: {Завершено: Исполнение}":               "stage: «Завершено» is known, and stands for itself",
		"stage: {Архив: Завершено, АРХИВ: Исполнение}": "stage: «Архив» is there in another spelling, and stands for «исполнение» there",
		"stage: {Архив: Завершено}\n---\nstage: {}":    "more than one document",
		"decision: [Решено]":                           "cannot unmarshal",
		"status: {а: [Закрыто]}":                       "cannot unmarshal",
		"decision: {а: Решено, а: б}":                  "already defined",
		"status: {Готово: Отправлен}\n":                "«Отправлен», which is none of",
	} {
		if _, err := report.ParseDictionary([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
