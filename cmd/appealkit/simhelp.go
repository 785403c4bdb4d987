package main

// What the help tells of the simulators' control endpoints.
const (
	simLong = `Run a simulator of an external system: stateful, deterministic by its seed, for many clients at once. It keeps everything
in memory. Under /_sim/ it takes control requests in JSON, without credentials; each simulator has more of them, see its --help.

  POST   /_sim/faults      makes requests fail: {"fault": "drop_after", "method": "POST", "path": "/Integration", "times": 3}
  GET    /_sim/faults      the faults, and how often each struck; DELETE, or DELETE /_sim/faults/{id}, ends them
  GET    /_sim/requests    the latest requests and counts of all, ?method= and ?path= choose; DELETE forgets them
  GET    /_sim/clock       the simulated time; POST {"advance": "72h"} or {"set": "2026-12-31T09:00:00+03:00"} moves it on

Faults:
  drop_before, drop_after  the connection is closed; after: the work is done, its answer is lost
  delay, delay_after       {"delay": "2s"}; after: the work is done at once
  status                   {"status": 503, "body": "…", "retry_after": "30"}
  throttle                 429 {"retry_after": "30"}
  html, garbage            a page, or broken JSON, with status 200
  truncate                 half an answer of work that is done
  redirect                 {"location": "http://…"}
What they strike: method; path, its beginning, or the whole of it where it holds a *; times (0: until it is ended), every (each
n-th), probability (0 to 1, by the seed).`

	posLong = `The Feedback Platform (ПОС): appeals, files, answers. Control, beside what appealkit sim --help tells:

  POST /_sim/seed                 {"count": 10, "files": 2} makes items, with so many files each at most
  POST /_sim/items                {"item": {…}, "files": […], "applicant": {…}}, or a list of them
  GET  /_sim/items, …/{id}        what became of them; GET /_sim/summary: in numbers
  POST /_sim/items/{id}/revise    {"item": {members to replace}, "files": [more]}
  POST /_sim/items/{id}/rework    {"reason": "…"}
  POST /_sim/items/{id}/rate      {"value": 5, "comment": "…"}
  GET  /_sim/uploads              files that were uploaded
  POST /_sim/tokens/revoke        every token becomes worthless`

	rxLong = `Directum RX: the integration service, OData v4, under /Integration/odata. Control, beside what appealkit sim --help tells:

  POST /_sim/scripts                  {"match": "фонарь", "script": [{"do": "take", "after": "1s"}, {"do": "register"}, {"do": "answer"}], "again": […]}
                                      says what officials do with documents in whose texts match occurs; without match with all
                                      others. A list adds several; GET shows, DELETE removes them
  POST /_sim/documents/{id}/script    {"script": […]} in place of the steps still to be done
  GET  /_sim/documents, …/{id}        ?set=IRequests; with versions and history
  GET  /_sim/correspondents
  GET  /_sim/state                    counts, and what is there twice

Steps: take, register, answer (text, file, result), forward (to), refuse (text), extend (days), leave, close, reopen, set (values);
after counts from the step before.`

	webhookLong = `A receiver of Standard Webhooks: verifies, records, fails on demand. Control, beside what appealkit sim --help tells:

  GET    /_sim/messages    what was taken, each once; ?appeal= chooses. DELETE forgets them
  GET    /_sim/summary     counts: messages, taken (with repeats), refused by status
  POST   /_sim/secrets     {"secrets": ["whsec_…"]}: a message signed with any of them is taken`
)
