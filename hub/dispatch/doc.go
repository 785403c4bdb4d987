// Package dispatch is the way out: it claims due deliveries from the journal,
// calls the link and settles by the kind of the error.
//
// Each link has a claimer, as many workers as the link takes calls at once, and
// a settler. Deliveries are claimed a little ahead of the workers and settled
// in batches, so that no worker waits for a commit. While none is due that nobody
// has, the journal may lay a new one in the link's queue itself: see Hold and Take.
// So that they don't fall behind, who submits waits for a moment where they are full:
// see Enter.
// A link that is down is tried by one probe at a time; one that is paused isn't
// called, but for a probe a minute where the hub paused it itself.
//
// Policy follows the error's kind: Transient is retried with backoff and becomes
// a dead letter after the link's MaxAttempts, counted only while the link is up;
// Throttled is retried when the system says, and the link is left in peace until
// then; Denied pauses the link; any other kind is a dead letter, except that a
// file which can't be had is settled as missing.
//
// It plans nothing and keeps no order of its own: which deliveries there are,
// and which of an appeal may go, is the journal's to say. It judges no error's
// text.
package dispatch
