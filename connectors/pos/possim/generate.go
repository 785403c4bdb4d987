package possim

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// maxSeeded bounds one request for generated items.
const maxSeeded = 1_000_000

// seed makes items; the n-th of them is always the same for a seed, but for its
// times.
func (s *Sim) seed(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Count int `json:"count"`
		Files int `json:"files"` // at most so many for each item
	}
	if !simkit.ReadJSON(w, r, &in) {
		return
	}
	if in.Count < 1 || in.Count > maxSeeded || in.Files < 0 || in.Files > 50 {
		simkit.Refuse(w, http.StatusBadRequest, "count: want 1 to 1000000, files: 0 to 50")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fixtures := make([]fixture, in.Count)
	for i := range fixtures {
		s.seeded++
		fixtures[i] = generate(s.cfg.Seed, s.seeded, in.Files, s.kit.Clock.Now().Truncate(time.Second))
	}
	s.addAll(w, fixtures)
}

func generate(seed uint64, n, maxFiles int, now time.Time) fixture {
	random := simkit.Rand(seed, fmt.Sprintf("item %d", n))
	category := random.IntN(len(categories()))
	street := pick(random, streets())
	house := 1 + random.IntN(120)
	f := fixture{Name: fmt.Sprintf("generated-%d", n), Item: members{}}
	for name, value := range map[string]any{
		"description": description(random, street, house), "regNumber": fmt.Sprintf("ПОС-%08d", n), "regNumberSetAt": now.Add(time.Minute),
		"subjectId": category + 1, "subjectName": categories()[category].name,
		"subsubjectId": 100 + category, "subsubjectName": categories()[category].sub,
		"factId": 1000 + category, "factName": categories()[category].fact,
		"answerAt": now.AddDate(0, 0, 30), "createdAt": now, "fastTrack": random.IntN(10) == 0, "shared": false,
		"regionId": 36, "regionName": "Воронежская область", "address": fmt.Sprintf("г. Воронеж, ул. %s, д. %d", street, house),
		"opaId": "36-001", "opaName": "Администрация городского округа",
		"applicant": newPerson(random, n), "coApplicants": []any{}, "attachments": []string{}, "customFieldValues": []any{},
		"coordinates":     map[string]float64{"lat": 51.6 + float64(random.IntN(1000))/10000, "lon": 39.1 + float64(random.IntN(1000))/10000},
		"locationAddress": location(street, house),
	} {
		f.Item.set(name, value)
	}
	if random.IntN(12) == 0 {
		f.Item.set("shared", true)
		f.Item.set("coApplicants", []any{newPerson(random, n), newPerson(random, n)})
	}
	for i := range random.IntN(maxFiles + 1) {
		f.Files = append(f.Files, newFile{Name: fmt.Sprintf("Фото двора %d.jpg", i+1), MediaType: "image/jpeg", Size: 1 + random.Int64N(200_000)})
	}
	return f
}

func pick[T any](random *rand.Rand, all []T) T { return all[random.IntN(len(all))] }

// newPerson makes people with and without a patronymic, with double surnames,
// and with ё and й, which some systems can't write.
func newPerson(random *rand.Rand, n int) map[string]any {
	surnames := []string{"Смирнова", "Кузнецов", "Ёлкина", "Римский-Корсаков", "Мамин-Сибиряк", "Соловьёв-Седой", "Ли", "Гончаренко", "Абдуллаева", "Ковалёв"}
	names := []string{"Анна", "Пётр", "Юлия", "Алексей", "Анна Мария", "Тимур", "Ольга"}
	patronymics := []any{"Ивановна", "Сергеевич", "Ильинична", nil, "", "Ахмед оглы", "Юрьевич"}
	return map[string]any{
		"surname": pick(random, surnames), "name": pick(random, names), "patronymic": pick(random, patronymics),
		"email": fmt.Sprintf("applicant%d@example.test", n), "phone": fmt.Sprintf("+7900%07d", random.IntN(10_000_000)),
		"postAddress": fmt.Sprintf("394000, г. Воронеж, ул. %s, д. %d, кв. %d", pick(random, streets()), 1+random.IntN(90), 1+random.IntN(200)), "sendWithRussiaPost": random.IntN(15) == 0,
	}
}

type category struct{ name, sub, fact string }

func categories() []category {
	return []category{
		{"Жилищно-коммунальное хозяйство", "Теплоснабжение", "Нет отопления в квартире"},
		{"Дороги", "Содержание дорог", "Яма на проезжей части"},
		{"Мусор", "Вывоз отходов", "Не вывозится мусор с контейнерной площадки"},
		{"Общественный транспорт", "Расписание", "Нарушается интервал движения"},
		{"Здравоохранение", "Запись к врачу", "Нет талонов на приём"},
	}
}

func streets() []string {
	return []string{"Плехановская", "Кольцовская", "9 Января", "Героев Сибиряков", "Ленинский проспект", "Революции 1905 года"}
}

// description makes texts of one line up to some ten thousand characters.
func description(random *rand.Rand, street string, house int) string {
	sentences := []string{
		"Прошу принять меры.", "Обращаемся не в первый раз, ответа по существу нет!", "Во дворе дома «сквозит» & капает — №2.",
		"Управляющая организация на звонки не отвечает.", "Прилагаю фотографии.", "Температура в комнатах не выше +14 °C.",
	}
	count := 1 + random.IntN(8)
	if random.IntN(20) == 0 {
		count = 300
	}
	parts := []string{fmt.Sprintf("По адресу ул. %s, д. %d, возникла проблема.", street, house)}
	for range count {
		parts = append(parts, pick(random, sentences))
	}
	return strings.Join(parts, " ")
}

func location(street string, house int) map[string]any {
	return map[string]any{
		"postalCode": "394000", "country": "Россия", "regionWithType": "Воронежская обл", "regionFiasId": "b756fe6b-bbd3-44d5-9302-5bfcc740f46e",
		"cityWithType": "г Воронеж", "streetWithType": "ул " + street, "house": fmt.Sprint(house), "okato": "20401000000", "oktmo": "20701000",
		"geoLat": "51.661535", "geoLon": "39.200287", "timezone": "UTC+3",
	}
}
