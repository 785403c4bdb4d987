package api

import (
	"fmt"
	"testing"

	"github.com/appealhub/appealhub/hub/deadline"
)

// TestTriedOnce: another calendar is read and held once for all organisations that count
// by the same one, be there a hundred thousand.
func TestTriedOnce(t *testing.T) {
	s := &server{Config: Config{Practice: testPractice(t)}}
	for i := range 1000 {
		s.Bodies = append(s.Bodies, fmt.Sprint("org", i))
	}
	s.Bodies = append(s.Bodies, "adm")
	for name, ask := range map[string]simulation{
		"calendar": {Calendar: "format: appealhub/calendar/v1\nname: x\nover: ru\nyears: {2026: {holidays: {Own: 06-15}}}\n"},
		"rules":    {Rules: "format: appealhub/deadline-rules/v1\nset: x\nversion: 1\nextends: [ru-59fz, ru-pos]\nrules: []\n"},
	} {
		other, err := s.otherwise(&ask)
		if err != nil {
			t.Fatal(err)
		}
		engines := map[*deadline.Engine]bool{}
		for key, p := range other {
			engines[p.Engine] = true
			if was := s.Practice(key); p.Engine == was.Engine || p.Zone != was.Zone {
				t.Errorf("%s: %s counts as before, or elsewhere", name, key)
			}
		}
		if len(other) != 1002 || len(engines) != 1 {
			t.Errorf("%s: %d practices, %d engines", name, len(other), len(engines))
		}
	}
}
