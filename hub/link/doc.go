// Package link is one configured, open connector and its limits: the only
// caller of connector methods in the hub.
//
// A [Link] has a method for each method a connector may have, with the same
// name and signature. Each call gets a time-out, one of the link's places for
// calls at once, and its turn under the link's rate; a panic of the connector
// becomes an error. What the connector can do is found once, when the link
// opens ([Abilities]); a call of something it can't do is an *sdk.Error of kind
// Unsupported. Errors of a connector come back unchanged.
//
// A connector that ignores its context can't be ended from outside: its call
// keeps its place until it returns.
//
// The package retries nothing and judges nothing: whether a link is paused or
// down, and what an error means for a delivery, is the dispatcher's to say.
package link
