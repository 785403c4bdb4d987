// Package postgres is the journal on PostgreSQL: one database, any number of
// nodes that write.
//
// A few goroutines, started by Run, do a node's writing. Each takes what is
// waiting and runs it as one transaction in a handful of round trips, however
// many appeals it is about: it reads and locks all that the calls are about,
// thinks in memory, and writes each table once. Appeals are locked in order of
// id. An operation that is refused takes nobody with it, and a row that the
// database refuses is found by halving. Leases lie in the delivery's row and end
// by the database's clock, so no node's clock matters to another.
//
// A new appeal's delivery that is due at once is leased, in the transaction that
// records it, to the node that does, while its hands are free: it needs no claim.
//
// Deliveries and deadlines of appeals that have been over for long lie in
// partitions of their own. Statements that look for work name the live ones,
// deliveries and deadlines, and so have no plan that an archive is in; those that
// are about one appeal, or list whatever there was, name deliveries_all and
// deadlines_all. A row of appeals says where its rows lie, and its lock is
// theirs: who writes an event of an archived appeal brings all back first.
//
// Nodes wake each other by NOTIFY, sent after the commit and a few milliseconds
// apart at most. It is a help, not a promise: whoever claims polls as well.
// Behind PgBouncer in transaction mode all works but the listening, which ends
// in silence there; where it keeps no prepared statements (before 1.21, or with
// max_prepared_statements = 0) it also wants default_query_exec_mode=cache_describe in
// the address.
//
// It is not a general database layer and decides nothing: see journal.Planner.
package postgres
