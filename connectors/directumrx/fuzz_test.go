package directumrx

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// FuzzSnapshot: whatever a stand gives for a document is a state that can be written,
// or an error that names a property.
func FuzzSnapshot(f *testing.F) {
	for _, seed := range []string{
		`{"Id":1,"ExecutionState":"Executed","AnswerLetter":{"Id":2,"RegistrationNumber":"И-1","RegistrationDate":"2026-01-31T00:00:00Z"},"Questions":[{"Id":1,"ReviewResult":"Explained"}],"ProlongationDeadline":[{"Number":1,"Deadline":"2026-02-01"}],"TransferredTo":{"Id":1,"Name":"Минздрав"}}`,
		`{"Id":1e3}`, `{"Id":9223372036854775808}`, `{"Id":1,"Questions":[null]}`, `{"Id":1,"AnswerLetter":[]}`, `{"Id":1,"RegistrationDate":"31.01.2026"}`,
	} {
		f.Add(seed)
	}
	c := testConnector(f, "ogv")
	f.Fuzz(func(t *testing.T, body string) {
		var doc object
		if json.Unmarshal([]byte(body), &doc) != nil || doc == nil {
			return
		}
		_, _ = readVersions("read versions", []object{doc})
		s, err := c.snapshot(doc, doc)
		if err != nil {
			if _, named := err.(fieldError); !named {
				t.Errorf("%T names no property: %v", err, err)
			}
			return
		}
		change := c.changeOf(1)
		s.describe(&change, "rx")
		change.ID = sdk.ChangeID(change)
		if _, err := change.AppendJSON(nil); err != nil {
			t.Error(err)
		}
	})
}

// FuzzDate: a date that was read is the same when it is written, as a day or as a
// moment of the stand's zone, and read again.
func FuzzDate(f *testing.F) {
	for _, seed := range []string{"2026-01-31T00:00:00+03:00", "2026-01-31", "2026-01-31T00:00:00", "0001-01-01T00:00:00Z", "2026-01-31T21:00:00Z", "2026-01-31T00:00:00+0300"} {
		f.Add(seed)
	}
	moscow, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := object{"D": text}.date("D", moscow)
		if err != nil || d.IsZero() {
			return
		}
		for _, written := range []string{d.String(), moment(d.In(moscow), moscow)} {
			if again, err := (object{"D": written}).date("D", moscow); err != nil || again != d {
				t.Errorf("%q is %v, and read again %v: %v", text, d, again, err)
			}
		}
	})
}
