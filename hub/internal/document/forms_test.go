package document

import "testing"

// TestIntegral: the canonical schema's integers may be written as any JSON number
// that is whole, and nothing else passes for one.
func TestIntegral(t *testing.T) {
	for number, want := range map[string]bool{
		"0": true, "-0": true, "12": true, "-12": true, "1.0": true, "0.0e-9": true,
		"1.5": false, "-1.5": false, "1.5e1": true, "1.25e1": false, "1.25E+2": true, "1.250e2": true,
		"10e-1": true, "10e-2": false, "100.0e-2": true, "1.25e-1": false, "12.5e-2": false, "0.1e-1": false,
		"1e400": true, "1e-400": false, "9007199254740993.5": false, "1e99999999999999999999": true, "1e-99999999999999999999": false,
	} {
		if got := integral(number); got != want {
			t.Errorf("%s: %v", number, got)
		}
	}
}
