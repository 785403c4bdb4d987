// Package bench measures the whole way of an appeal: POST to the API, journal,
// delivery to a system over HTTP, settlement. Load generator, receiving system
// and hub share the machine. Beside the hub it measures, in the same run, the
// bound of the machine: a program that validates, writes the same rows in the
// same transactions, posts and marks, and does nothing else (see bound.go).
//
// It measures and prints; it is no test and judges nothing.
package bench
