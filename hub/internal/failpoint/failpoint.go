// Package failpoint marks the points between two lasting steps at which a crash
// test may end the process. It does nothing, and costs nothing, unless the
// binary is built with the tag failpoints. It is not a way to configure
// behaviour.
package failpoint
