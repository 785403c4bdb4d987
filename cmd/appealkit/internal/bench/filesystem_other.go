//go:build !linux

package bench

// fileSystem names no kind: how a file system is told apart is Linux's own here.
func fileSystem(string) string { return "an unknown file system" }
