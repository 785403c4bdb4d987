// Package report counts how appeals were answered, as a region is rated by it,
// and compares the hub's appeals with a registry that a portal exports.
//
// It is pure: appeals and rows are given to it one by one, with the time that it
// is; it reads no clock and does no I/O. A tally holds sums only, so its memory
// grows with the lines of the report and not with the appeals; a ledger holds a
// few words for each row of the export. Neither holds personal data.
package report
