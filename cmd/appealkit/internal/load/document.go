package load

import (
	"encoding/json"

	"github.com/appealhub/appealhub/testdata"
)

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
	return json.Marshal(members)
}
