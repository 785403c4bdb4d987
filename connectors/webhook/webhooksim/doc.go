// Package webhooksim is a working receiver of Standard Webhooks: it verifies
// signature and time of what is posted to any path, records it and fails on
// demand. It shares no code with the connector and knows nothing of the hub.
//
//	POST /…   204 taken, again for a message that is known
//	          400 a header is missing, or the body is no message {"type", "timestamp", "data"}
//	          401 no signature is right, or its time is more than five minutes away
//	          409 the id is known with other bytes
//	          413 the body is longer than 1 MiB
//	any other method: 405
//
// The specification leaves all of these but 2xx open.
//
// Control endpoints under /_sim, without credentials:
//
//	GET    /_sim/messages   what was taken, oldest first, each once; ?appeal=… only those with this data.appeal
//	DELETE /_sim/messages   forgets them
//	GET    /_sim/summary    counts: messages, taken (with repeats), refused by status
//	POST   /_sim/secrets    {"secrets": ["whsec_…"]}: a message signed with any of them is taken
//	/_sim/faults /_sim/requests /_sim/clock, as package simkit has them
//
// A fault drop_after takes the message and loses the answer; status with 503 and
// retry_after, throttle, redirect and delay are other things that receivers do.
package webhooksim
