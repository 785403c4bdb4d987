// Package status holds the legal moves between an appeal's canonical statuses,
// and the rule by which a change from outside becomes the present status or
// does not. It is pure: no clock, no I/O.
//
// A move may jump forward, because systems skip stages, and never goes back but
// by two doors: the applicant asks for repeated consideration (rework), or the
// EDMS that leads reopens an appeal it had ended (see [Decide]). A closed appeal
// is opened by rework only.
//
// The moves, from the row's status to the column's; x: legal, o: reopens and
// asks for the system's own time. The table is generated: go test ./hub/status
// -update.
//
// moves begin
//
//	                received
//	                | delivered
//	                | | registered
//	                | | | in_work
//	                | | | | postponed
//	                | | | | | forwarded
//	                | | | | | | refused
//	                | | | | | | | answered
//	                | | | | | | | | left_unanswered
//	                | | | | | | | | | rework
//	                | | | | | | | | | | closed
//	received        \ x x x x x x x x . x
//	delivered       . \ x x x x x x x . x
//	registered      . . \ x x x x x x . x
//	in_work         . . . \ x x x x x . x
//	postponed       . . . x \ x x x x . x
//	forwarded       . . . o o \ . x . x x
//	refused         . . . o o . \ o . x x
//	answered        . . . o o . . \ . x x
//	left_unanswered . . . o o . . o \ x x
//	rework          . . x x x x x x x \ x
//	closed          . . . . . . . . . x \
//
// moves end
//
// The package doesn't say who may set a status: that only the lead's changes
// count, and that an applicant's side may ask for rework or close, is the
// planner's rule.
package status
