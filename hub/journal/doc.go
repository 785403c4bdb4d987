// Package journal is the hub's durable log of what happened to each appeal, and
// the views that are kept in the same transaction: the appeal, the references
// by which systems know it, its files, its planned deliveries and deadlines.
//
// The interface is cut by use case, each method one transaction; no transaction
// escapes. Append and Settle call the [Planner] the journal was opened with, so
// that an event is never accepted and unplanned. The drivers (sqlite,
// postgres) are plain packages with their own SQL; their sameness is the job of
// the suite in journaltest.
//
// What the log holds of a person lies in one sealed body per event and nowhere
// else: columns carry ids, links, kinds, codes, times and hashes only. Each
// event carries the SHA-256 of the one before it of the same stream (see
// [Event.Sum] and [Verifier]).
//
// The package decides nothing: which way an appeal takes, which status moves
// are legal and when a retry is due are the planner's and the dispatcher's to
// say.
package journal
