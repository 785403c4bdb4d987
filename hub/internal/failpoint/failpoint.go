// Package failpoint marks the points between two lasting steps at which a crash
// test may end the process. It does nothing, and costs nothing, unless the
// binary is built with the tag failpoints. It is not a way to configure
// behaviour.
package failpoint

// Environment variables that a build with the tag heeds.
const (
	armedVariable = "APPEALHUB_FAILPOINT"
	delayVariable = "APPEALHUB_FSYNC_DELAY"
	clockVariable = "APPEALHUB_CLOCK_OFFSET"
)

// Variables are the names of those environment variables.
func Variables() []string { return []string{armedVariable, delayVariable, clockVariable} }
