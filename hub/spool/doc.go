// Package spool keeps the bytes of attachments outside the journal, each once,
// under the SHA-256 of its content: files of any size stream in and out with
// constant memory, and no name or address of a person reaches the disk's
// folders.
//
// What Put returned is durable: file and folders are synced. A file is whole or
// not there at all, and a reader learns at its end when the bytes on disk are
// no longer those that were put.
//
// Nodes on different machines share a bucket of an S3 server in place of a folder:
// what is put lies on the local disk until its digest is known, and is sent from
// there in parts.
//
// Beside the files it keeps notes: short texts that outlive a journal that is put
// back to an earlier time.
//
// It is not an index: which appeal a file belongs to, and when nobody needs it
// any more, is the journal's to know.
package spool
