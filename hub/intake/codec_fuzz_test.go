package intake_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/appealhub/appealhub/sdk"
)

// FuzzAppealEqualsSchema: of any bytes the code says what the schema says.
func FuzzAppealEqualsSchema(f *testing.F) { fuzzContract(f, appealContract(f)) }

// FuzzChangeEqualsSchema: likewise of status changes.
func FuzzChangeEqualsSchema(f *testing.F) { fuzzContract(f, changeContract(f)) }

// fuzzContract compares documents that differ in bytes, as no change of a parsed one
// makes them.
func fuzzContract(f *testing.F, c contract) {
	for _, name := range c.names {
		f.Add(canonical(f, name))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !decoderRefuses(c.read(body)) {
			c.compare(t, "these bytes", body)
		}
	})
}

// decoderRefuses reports whether a document is refused for what no schema sees.
func decoderRefuses(err error) bool {
	var refused *sdk.ValidationError
	seen := []string{sdk.RuleSyntax, sdk.RuleTrailingData, sdk.RuleDuplicateKey, sdk.RuleInvalidUTF8}
	return errors.As(err, &refused) && slices.ContainsFunc(refused.Problems, func(p sdk.Problem) bool { return slices.Contains(seen, p.Rule) })
}
