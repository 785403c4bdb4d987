package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
	"github.com/appealhub/appealhub/testdata"
)

// stay is an appeal that stays in work, so that lists of terms have something in
// them: it is registered and never answered.
type stay struct {
	name, subject, text string
	legal               bool // under 59-ФЗ; else a message
	created             time.Time
	answerAt            time.Time // the portal's own date; zero: the term by the rules
}

// newYear is the first day from which thirty days reach into the year whose
// calendar is provisional.
var newYear = time.Date(2026, time.December, 3, 9, 0, 0, 0, time.FixedZone("", 3*60*60))

// stays are the appeals that stay in work: one is overdue, two end within days, and
// one ends on a date that may still change.
func stays(now time.Time) []stay {
	day := func(n int) time.Time { return now.AddDate(0, 0, n) }
	late := now
	if late.Before(newYear) {
		late = newYear
	}
	return []stay{
		{"51-overdue", "Освещение двора", "Во дворе второй месяц не горят фонари, на заявки не отвечают.", false, day(-40), time.Time{}},
		{"52-near", "Уборка снега", "Не убирают снег на остановке, люди стоят на проезжей части.", false, day(-29), day(1)},
		{"53-soon", "Вывоз мусора", "Контейнеры у школы не вывозят с прошлой недели.", false, day(-26), day(4)},
		{"54-provisional", "Ремонт моста", "Просим сообщить срок ремонта пешеходного моста через овраг.", true, late, time.Time{}},
	}
}

// fixture is the appeal and what its official does, as the simulators take them; n is
// its number among all.
func (s stay) fixture(n int) (f testdata.Fixture, err error) {
	number := fmt.Sprintf("ПОС-2026-%06d", n)
	item := map[string]any{
		"id": 2000000 + n, "description": s.text, "regNumber": number, "createdAt": s.created, "regNumberSetAt": s.created,
		"subjectId": 8, "subjectName": "Благоустройство", "subsubjectId": 801, "subsubjectName": s.subject, "factId": 8000 + n, "factName": s.subject,
		"fastTrack": false, "regionId": 36, "regionName": "Примерская область", "address": fmt.Sprintf("г. Примерск, ул. Новая, д. %d", n),
		"opaId": "36-001", "opaName": "Администрация городского округа город Примерск", "shared": false, "coApplicants": []any{},
		"applicant":         map[string]any{"surname": "Фонарёв", "name": "Пётр", "patronymic": "Юрьевич", "email": fmt.Sprintf("zayavitel%d@example.org", n)},
		"customFieldValues": []any{},
	}
	if !s.answerAt.IsZero() {
		item["answerAt"] = s.answerAt
	}
	if s.legal {
		item["customFieldValues"] = []any{map[string]any{"id": 1, "name": "Вид обращения", "value": "Обращение по 59-ФЗ"}}
	}
	f.Name = s.name
	if f.Item, err = json.Marshal(item); err != nil {
		return f, err
	}
	f.Official, err = json.Marshal(map[string]any{"match": number, "script": []any{
		map[string]any{"do": "take", "after": "1s"}, map[string]any{"do": "register", "after": "1s"},
	}})
	return f, err
}

// open are the fixtures of the appeals that stay in work, numbered after the others.
func open(now time.Time, after int) (out []testdata.Fixture, err error) {
	for i, s := range stays(now) {
		f, err := s.fixture(after + i + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// inWork reports whether the portal knows that the appeal is registered.
func (i item) inWork() bool { return i.Accepted && !i.Closed && len(i.Answers) >= 2 }

// leave shows what the appeals that stay in work look like: the trail of each, and the
// list of their terms.
func (d *demo) leave(ctx context.Context, ids []string, fixtures []testdata.Fixture) error {
	if err := d.show(ctx, ids, fixtures); err != nil {
		return err
	}
	fmt.Fprintf(d.Out, "\n== %d stay in work: their terms\n", len(fixtures))
	for _, args := range [][]string{{"deadline", "list"}, {"deadline", "digest"}} {
		if err := d.cli(ctx, append(args, "--url", d.stage.HubURL)...); err != nil {
			return err
		}
	}
	return nil
}

// registered waits until the portal knows of each that it is in work.
func (d *demo) registered(ctx context.Context, fixtures []testdata.Fixture) error {
	for {
		var items []item
		if err := stage.Call(ctx, "GET", d.stage.POS+"/_sim/items", nil, &items); err != nil {
			return err
		}
		n := 0
		for _, i := range items {
			for _, f := range fixtures {
				if i.Name == f.Name && i.inWork() {
					n++
				}
			}
		}
		if n == len(fixtures) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d appeals are in work", n, len(fixtures))
		case <-time.After(200 * time.Millisecond):
		}
	}
}
