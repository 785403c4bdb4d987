//go:build !failpoints

package failpoint

import "time"

// Hit marks the point name. In this build it does nothing.
func Hit(string) {}

// Now is the present time.
func Now() time.Time { return time.Now() }

// Delay stands for a slower disk. In this build it does nothing.
func Delay() {}
