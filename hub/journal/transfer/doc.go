// Package transfer copies a journal from SQLite's file into a PostgreSQL database:
// rows with their numbers, bodies sealed as they are, so that every hash stays
// valid. It goes on where it was interrupted, and compares both in the end. No hub
// works on either meanwhile; it does not copy the files of attachments, which stay
// where they are.
package transfer
