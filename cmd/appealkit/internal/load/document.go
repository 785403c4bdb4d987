package load

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/appealhub/appealhub/testdata"
)

// answerDays is in how many days an answer is due.
const answerDays = 30

// Document returns an appeal of 3 KB, in Cyrillic, with all members but
// attachments: those would have to be uploaded first.
func Document() ([]byte, error) {
	body, err := testdata.Canonical("bench-3kb.json")
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, err
	}
	delete(members, "attachments")
	delete(members, "ref") // the hub's to give, or of whoever publishes it
	now := time.Now().UTC()
	for name, text := range map[string]string{
		"received_at": now.Format(stampForm), "registered_at": now.Format(time.RFC3339), "answer_by": now.AddDate(0, 0, answerDays).Format(time.DateOnly),
	} {
		members[name] = json.RawMessage(`"` + text + `"`)
	}
	return json.Marshal(members)
}

// A document that says when it was received in this form is sent with the time of
// its sending: as real ones come, each a little later than the one before.
const (
	stampForm  = "2006-01-02T15:04:05.000000Z"
	stampStart = `"received_at":"`
)

// stampIn is where the time of receipt stands in a request that holds a document;
// 0: nowhere in that form.
func stampIn(request []byte) int {
	at := bytes.Index(request, []byte(stampStart)) + len(stampStart)
	if at < len(stampStart) || len(request) < at+len(stampForm) {
		return 0
	}
	if _, err := time.Parse(stampForm, string(request[at:at+len(stampForm)])); err != nil {
		return 0
	}
	return at
}
