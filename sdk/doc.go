// Package sdk is what a connector author imports: the canonical types of a
// citizen's appeal and the small interfaces by which the hub talks to one kind
// of external system.
//
// A connector is a value that implements those of the four verbs its system can
// do ([AppealSource], [AppealSink], [StatusSource], [StatusSink]) and any of the
// optional abilities ([StatusReader], [AttachmentSink], [Attacher], [Acker],
// [Confirmer], [Accepter], [Checker], [Rereader]). A [Spec] names it, documents its options
// and opens it. One request, one response: no callbacks and no channels, so that
// the same contract crosses a process border.
//
// A connector never retries, never sleeps and never decides what a failure
// means for an appeal: it classifies the failure by [Kind] and returns. The hub
// owns retries, order, deduplication and the record.
//
// The package depends on the standard library only. It is not the hub and knows
// nothing of it: no storage, no scheduling, no HTTP server.
package sdk
