package deadline

// RuleShape returns what is wrong with the form of a file of rules, which the
// JSON Schema describes too.
func RuleShape(data []byte) []Fault {
	_, faults := decodeRules(data)
	return faults
}

// ShippedSet is the YAML of a rule set that comes with the program.
func ShippedSet(name string) ([]byte, error) { return files.ReadFile("rules/" + name + ".yaml") }
