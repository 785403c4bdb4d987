// Package directumrxsim is a working simulator of Directum RX's integration
// service (OData v4): a stand with the «Directum ОГВ» solution, its dictionaries
// and its officials. It is stateful, deterministic by seed, gives out ids from
// counters and serves many clients at once. It shares no code with the connector
// and knows nothing of the hub.
//
// # Documented wire
//
// From the vendor's help on the integration service and from public clients:
//
//	GET   /Integration/odata/{Set}            $filter $select $expand $orderby $top $skip $count, and /$count
//	GET   /Integration/odata/{Set}({id})      $select $expand
//	POST  /Integration/odata/{Set}            201 with the entity; header Return: minimal makes it 204
//	PATCH /Integration/odata/{Set}({id})      204; with Return: representation or $expand 200 with the entity
//	POST  …/{Set}({id})/{Collection}          a row: {Set}({id})/Versions, IRequests({id})/Questions
//	POST  …/Versions({id})/Body               {"Value":"<base64>"}, of any length; 201, without the value
//	PUT   …/Versions({id})/Body/$value        the bytes as a stream; GET gives them back (without $value: 404)
//	GET   /Integration/odata/$metadata, /Integration/odata/Integration/GetConnectChecking, /Integration/Check
//
// A user is known by HTTP Basic or the headers Username and Password. Writing
// asks for Content-Type and Accept. Links are written {"Id":5} or
// "Correspondent@odata.bind":"ICounterparties(5)"; they, collections and bodies
// are read with $expand only. Times bear an offset. Sets, properties, their
// lengths and enumerations are those of the base solution's and the module's
// types; DocumentKind, a letter's Correspondent, a person's FirstName and a
// version's AssociatedApplication are required. A set of a base type
// (IOfficialDocuments) shows what derives from it, with the base's properties;
// a document answers at its own set and at those above it only.
//
// # Ours
//
// Not documented, and decided here: texts of errors (the shape is OData's) and
// whether a wrong header is 415 or 406; that an address may have 8 KiB at most
// (414); that a PATCH doesn't write collections and a row's Number must be new;
// the namespace of the types; where links lead (IOutgoingLetters/InResponseTo,
// IRequests/Correspondent); the text property ExternalId (36) of documents, such
// as a stand adds for an integration; that POST to Body may be a stream too
// (application/octet-stream) and what it returns; how officials set properties, which is below. Not
// simulated: $batch, DELETE, functions of modules, access rights, tasks as a
// consequence of anything, options in $expand other than $select and $expand.
// Of bodies longer than 64 KiB size, SHA-256 and the beginning are kept, and
// zeros are given back for the rest.
//
// # Officials
//
// What comes into IRequests or IIncomingLetters is worked on by a script: the
// first whose match occurs in the document's texts, else the one without a match,
// else Config.Script, else take, register and answer, a second apart. A step is
// {"do","after",…}; after counts from the step before, on the simulator's clock,
// and steps without it follow at once.
//
//	take      ExecutionState OnExecution, an Assignee, questions Active
//	register  number, date, RegistrationState, OnReview unless taken, Deadline and InitialDeadline (the one given, or 30 days)
//	answer    an outgoing letter with a body (text, file) in AnswerLetter; Executed, questions get result (Explained)
//	forward   TransferredTo (to), a letter, Executed, questions Transferred
//	refuse    a letter, Executed, questions Denied (a plain incoming letter: Aborted)
//	extend    a row of ProlongationDeadline, Deadline later by days (30), questions InWorkExtended
//	leave     WithoutExecut, questions Obsolete
//	close     ControlExecutionState ControlRemoved
//	reopen    OnExecution again, no AnswerLetter, questions Active
//	set       any values, also such as the service itself would refuse
//
// Properties that a type lacks stay away. A finished document is considered
// again when a client makes IsRepeated true, or writes a text or a version that
// asks for it in a line with «повторн…» not seen before: it is reopened and again
// (default: the script without register) is done.
//
// # Control
//
// Under /_sim/, without credentials:
//
//	GET    /_sim/state                   counts, duplicates by ExternalId and Note
//	GET    /_sim/documents[/{id}]        ?set=IRequests; properties, questions, versions with SHA-256, history
//	GET    /_sim/correspondents
//	POST   /_sim/documents/{id}/script   {"script":[steps]} in place of those still planned
//	POST   /_sim/scripts                 {"match":"…","script":[steps],"again":[steps]} or a list of them; no match: the default
//	GET    /_sim/scripts
//	DELETE /_sim/scripts
//	/_sim/faults /_sim/requests /_sim/clock, as package simkit has them
//
// Faults strike requests by method, path, number or chance: drop_before,
// drop_after (the work is done), status (500, 503, 401 …), throttle (429), delay
// (a hang where it is longer than the client's patience), delay_after, html and
// garbage with status 200, truncate (half an answer), redirect. Config.Drop is a
// drop_after of everything by chance.
//
// It is for tests, demos and load runs: it checks no access rights and keeps
// everything in memory.
package directumrxsim
