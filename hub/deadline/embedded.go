package deadline

import (
	"embed"
	"fmt"
	"io/fs"
)

// files are the calendars and rule sets that come with the program.
//
//go:embed calendars rules
var files embed.FS

// Russia returns the working calendar of the Russian Federation: 2013 to 2026,
// and 2027 provisionally. Its error says that the program is damaged.
func Russia() (*Calendar, error) { return embeddedCalendar("ru") }

func embeddedCalendar(name string) (*Calendar, error) {
	data, err := fs.ReadFile(files, "calendars/"+name+".yaml")
	if err != nil {
		return nil, fmt.Errorf("calendar %q does not come with the program", name)
	}
	return ParseCalendar(data, nil)
}

// Shipped returns the rules that come with the program: the sets ru-59fz and
// ru-pos. Its error says that the program is damaged.
func Shipped() (*Rules, error) {
	var all []Rule
	for _, name := range shippedSets() {
		rules, err := shippedRules(name)
		if err != nil {
			return nil, err
		}
		all = append(all, rules...)
	}
	return newRules(all)
}

// shippedSets names the sets, as extends does.
func shippedSets() []string { return []string{"ru-59fz", "ru-pos"} }

func shippedRules(name string) ([]Rule, error) {
	data, err := fs.ReadFile(files, "rules/"+name+".yaml")
	if err != nil {
		return nil, fmt.Errorf("rule set %q does not come with the program", name)
	}
	rules, faults := decodeRules(data)
	return rules, fileError(faults)
}
