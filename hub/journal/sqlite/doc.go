// Package sqlite is the journal on SQLite: one file, one process that writes.
//
// One goroutine, started by Run, does all writing. It takes what is waiting,
// runs it in one transaction and commits once (WAL, synchronous=FULL), so that
// concurrent calls share an fsync. An operation that is refused takes nobody
// with it: the transaction is rolled back and the others run again. Leases live
// in memory: a restarted process takes its own deliveries back at once. A new
// appeal's delivery is laid in the dispatcher's hands as it is committed, without a
// claim. What a commit writes to the log goes there in one piece (logbuffer.go).
//
// It speaks to SQLite through a thin binding of its own (conn.go, stmt.go) in
// place of database/sql, which would cost as much as the statements themselves.
// It is not a general database layer and decides nothing: see journal.Planner.
package sqlite
