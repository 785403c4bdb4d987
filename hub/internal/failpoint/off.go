//go:build !failpoints

package failpoint

// Hit marks the point name. In this build it does nothing.
func Hit(string) {}

// Delay stands for a slower disk. In this build it does nothing.
func Delay() {}
