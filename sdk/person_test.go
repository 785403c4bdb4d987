package sdk_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/sdk"
)

// TestPersonsAreNeverPrinted: neither alone nor inside of anything that holds
// them, by any verb or log handler.
func TestPersonsAreNeverPrinted(t *testing.T) {
	const secret = "Тайнова"
	applicant := sdk.Applicant{
		Surname: secret, Name: secret, Patronymic: secret, Organisation: secret, Email: secret, Phone: secret, Address: secret,
	}
	official := sdk.Official{Surname: secret, Name: secret, Patronymic: secret, Email: secret, Phone: secret}
	for what, v := range map[string]any{
		"applicant": applicant, "pointer to applicant": &applicant, "applicants": []sdk.Applicant{applicant},
		"official": official, "pointer to official": &official,
		"appeal": sdk.Appeal{Applicant: applicant, CoApplicants: []sdk.Applicant{applicant}}, "change": sdk.StatusChange{Executor: official, Manager: official},
		"appeals": []sdk.Appeal{{Applicant: applicant}}, "page": sdk.Page[sdk.Appeal]{Items: []sdk.Appeal{{Applicant: applicant}}},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, secret) {
				t.Errorf("%s by %s: %.200s", what, verb, got)
			}
		}
		if got := fmt.Sprint(fmt.Errorf("failed: %v", v)); strings.Contains(got, secret) {
			t.Errorf("%s in an error: %.200s", what, got)
		}
	}
}

func TestPersonsAreNotLogged(t *testing.T) {
	const secret = "Тайнова"
	applicant, official := sdk.Applicant{Surname: secret}, sdk.Official{Surname: secret}
	var out bytes.Buffer
	for _, h := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		log := slog.New(h).With("with", applicant)
		log.Info("x", "applicant", applicant, "pointer", &applicant, "official", official, slog.Group("g", "manager", &official))
		log.WithGroup("g").Info("x", slog.Any("applicant", applicant))
		log.Info("x", "appeal", sdk.Appeal{ID: "7", Text: secret, Applicant: applicant}, "change", &sdk.StatusChange{Status: sdk.StatusInWork, Text: secret, Manager: official})
	}
	if got := out.String(); strings.Contains(got, secret) || strings.Count(got, "[applicant]") != 12 || strings.Count(got, "[official]") != 4 {
		t.Errorf("logged %s", got)
	}
}

func TestFullName(t *testing.T) {
	for want, a := range map[string]sdk.Applicant{
		"":          {},
		"Примерова": {Surname: "Примерова"},
		"Римский-Корсаков Анна":     {Surname: "Римский-Корсаков", Name: "Анна"},
		"Ли Пётр Ахмед оглы":        {Surname: "Ли", Name: "Пётр", Patronymic: "Ахмед оглы"},
		"Пётр":                      {Name: "Пётр", Organisation: "ТСЖ"},
		"ТСЖ «Образец» и его совет": {Organisation: "ТСЖ «Образец» и его совет"},
	} {
		if got := a.FullName(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := (sdk.Official{Name: "Глеб", Surname: "Руководителев"}).FullName(); got != "Руководителев Глеб" {
		t.Errorf("got %q", got)
	}
}
