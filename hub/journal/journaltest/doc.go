// Package journaltest is the suite that every driver of journal.Journal passes:
// what the drivers must have in common and no more. It knows nothing of how a
// driver stores things; what only one of them can do (a full disk, a changed
// row) is that driver's own test.
package journaltest
