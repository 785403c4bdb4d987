// Package deadline computes every term of an appeal and tells why each ends
// when it does. It is pure: no clock, no I/O; the same facts, rules and calendar
// give the same bytes.
//
// An [Engine] joins two things that an operator may replace: [Rules], the terms
// as data (from which event a term runs, how long, what extends, pauses, restarts
// and ends it, and what happens where its last day is a day off; every rule
// cites its article, or says that the operator is its source), and a [Calendar],
// the days off, shortened and working weekend days of each year that it knows.
// [Engine.Terms] takes the [Facts] of one appeal and gives its terms; Explain
// puts them into words. What is doubtful is computed and marked (provisional,
// assumed, [Warning]), never guessed in silence.
//
// The rules that come with the program are those of 59-ФЗ and of the Feedback
// Platform (ПОС). A number that no public text gives is not among them: such
// a rule is there, disabled, for the operator to fill in.
package deadline
