//go:build race

package hub

// raced: the race detector makes everything ten times slower.
const raced = true
