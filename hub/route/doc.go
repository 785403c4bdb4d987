// Package route says which links an appeal goes to. It is pure: no clock, no
// I/O.
//
// A [Table] is a list of rules; the first that matches wins. A rule's condition
// is a CEL expression over the variable appeal, with the canonical JSON names:
//
//	appeal.kind == "message" && (appeal.fast_track || appeal.place.oktmo.startsWith("46"))
//	appeal.numbers.exists(n, n.system == "epgu")
//
// Every field is there, empty where the appeal doesn't have it. Personal data
// is no criterion: applicants, the text, the address and the source's own
// fields are not to be seen ([Fields] lists what is). Conditions are compiled
// and type-checked once; each evaluation has a bound on its cost.
//
// The package knows no links: whether a name stands for one, and whether that
// link can take appeals, is checked by the hub (see [CheckLinks]).
package route
