package deadline

// RuleShape returns what is wrong with the form of a file of rules, which the
// JSON Schema describes too.
func RuleShape(data []byte) []Fault {
	_, faults := decodeRules(data)
	return faults
}
