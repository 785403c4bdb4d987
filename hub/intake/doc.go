// Package intake is the way in: it takes items from links and from the API,
// validates and normalizes them, appends them to the journal and acknowledges
// them to their source once they are held.
//
// It decides nothing about where an item goes and calls no sink: what follows
// from an item is planned by the journal's planner and carried out by dispatch.
package intake
