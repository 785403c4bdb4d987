// Package sdk is what a connector author imports: the canonical types of a
// citizen's appeal and the small interfaces by which the hub talks to one kind
// of external system.
//
// A connector is a value that implements those of the four verbs its system can
// do ([AppealSource], [AppealSink], [StatusSource], [StatusSink]) and any of the
// optional abilities ([StatusReader], [AttachmentSink], [Attacher], [Acker],
// [Confirmer], [Accepter], [Checker], [Rereader], [DeadlineSink],
// [DigestSink]). A [Spec] names it, documents its options and opens it. One
// request, one response: no callbacks and no channels, so that the same contract
// crosses a process border.
//
// A connector never retries, never sleeps and never decides what a failure
// means for an appeal: it classifies the failure by [Kind] and returns. The hub
// owns retries, order, deduplication and the record.
//
// # Calls
//
// Methods are called by many goroutines at once, as many as the link's setting
// concurrency allows (8 unless given): what they share is guarded. Deliveries of
// one appeal to one link come one after the other; each feed is read by one call
// at a time. Each node of several opens a connector of its own.
//
// The context of a call ends with the link's setting timeout (60s, waiting for a
// place included), of one that moves a file with file_timeout (10m). A call that
// ignores it keeps its place until it returns. A panic is taken for an error of
// kind Transient, its stack goes to the log.
//
// What a call returns beside an error is not used, but for Error.After.
//
// # References
//
// Ref.Link of whatever a source gives is Env.Link; an item of another is parked.
// In a [Receipt] it may be empty. A reference belongs to one appeal for good: the
// delivery of another appeal to which a system gives it again becomes a dead letter
// (Conflict), lest the answer to one goes to the applicant of the other. What is told of the
// reference is taken for news of the first. So where a system may number anew, as after
// a backup was put back, a connector sees by the appeal's id in the record whose it
// is.
//
// The package depends on the standard library only. It is not the hub and knows
// nothing of it: no storage, no scheduling, no HTTP server.
package sdk
