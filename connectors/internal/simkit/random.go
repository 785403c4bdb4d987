package simkit

import (
	"hash/fnv"
	"math/rand/v2"
)

// Rand returns a source that depends on seed and name only, so that what is
// drawn for one thing does not depend on the order in which clients come. It is
// not safe for use by several goroutines at once.
func Rand(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}
