// Package hub composes the hub: it opens the journal, the spool and the links
// that configuration names, ties intake, dispatch and the API to them, and runs
// them until it is told to end.
//
// It alone knows every room below it. Rules (route, status, deadline) become
// the journal's planner here. It knows no connector: their specs are given to
// [Open].
package hub
