package sqlite

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	lib "modernc.org/sqlite/lib"

	"github.com/appealhub/appealhub/hub/journal"
)

// Journal is the journal on one SQLite file.
type Journal struct {
	options journal.Options
	lock    *os.File
	places  []place
	writer  *conn         // Run's alone; nil if read-only
	readers chan *conn    // those not in use
	walks   chan struct{} // an element for each read under way that may take long
	ops     chan *op
	ended   chan struct{} // closed when nothing will be committed any more
	end     sync.Once
	closed  chan struct{} // closed by Close
	opened  int           // readers
	running sync.Mutex    // held by Run
	commits atomic.Int64

	// Run's alone:
	leases  leases
	recent  recent
	strays  journal.Strays
	log     checkpoint
	waiting int64 // parked changes that wait for a reference
	room    room
}

var _ journal.Journal = (*Journal)(nil)

// readConns is how many reads go on at a time, one of them none that may take long.
const readConns = 3

// The connections' page caches are in KiB (negative: not pages): together at
// most 20 MiB. The log is written back by checkpoint.
func writerPragmas() []string {
	return []string{"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA cache_size = -12288",
		"PRAGMA mmap_size = 0", "PRAGMA temp_store = MEMORY", "PRAGMA wal_autocheckpoint = 0", "PRAGMA journal_size_limit = " + strconv.Itoa(logLimit)}
}

func readerPragmas() []string {
	return []string{"PRAGMA query_only = ON", "PRAGMA cache_size = -2048", "PRAGMA mmap_size = 0", "PRAGMA temp_store = MEMORY"}
}

// Open opens the journal in the file at path for this process alone, creates it
// where there is none and brings its schema up to date. ErrLocked says that
// another process has it, *NewerError that a later program made its schema.
func Open(ctx context.Context, path string, o journal.Options) (*Journal, error) {
	if o.Planner == nil {
		return nil, errors.New("sqlite: no planner")
	}
	j, err := newJournal(o)
	if err != nil {
		return nil, err
	}
	if j.lock, err = lockFile(path); err != nil {
		return nil, err
	}
	if err := j.open(ctx, path); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// OpenReadOnly opens the journal in the file at path for reading, beside a
// process that writes it or without one. Nothing can be appended or claimed.
func OpenReadOnly(ctx context.Context, path string, codec journal.Codec) (*Journal, error) {
	j, err := newJournal(journal.Options{Codec: codec})
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("sqlite: open: %w", err)
	}
	j.stop()
	if err := j.openReaders(path, 1); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

func newJournal(o journal.Options) (*Journal, error) {
	if o.Codec == nil {
		o.Codec = journal.PlainCodec{}
	}
	if o.NewID == nil {
		o.NewID = newID
	}
	if o.Ready == nil {
		o.Ready = func(string) {}
	}
	return &Journal{
		options: o,
		readers: make(chan *conn, readConns),
		ops:     make(chan *op, maxGroup),
		ended:   make(chan struct{}),
		closed:  make(chan struct{}),
		leases:  leases{epoch: rand.Text(), out: map[int64]lease{}},
		recent:  recent{appeals: map[string]*appeal{}},
		log:     checkpoint{begin: make(chan struct{}, 1), every: checkpointPages},
	}, nil
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func (j *Journal) open(ctx context.Context, path string) error {
	if _, _, err := migrate(ctx, path); err != nil {
		return err
	}
	var err error
	if j.writer, err = openConn(path, lib.SQLITE_OPEN_READWRITE, writerPragmas()...); err != nil {
		return err
	}
	if j.log.conn, err = openConn(path, lib.SQLITE_OPEN_READWRITE, "PRAGMA synchronous = FULL", "PRAGMA mmap_size = 0"); err != nil {
		return err
	}
	s := j.writer.prepare("SELECT count(*) FROM parked WHERE reason = 'unknown_ref'")
	for s.next() {
		j.waiting = s.colInt(0)
	}
	if err := s.err(); err != nil {
		return err
	}
	if err := j.writer.bufferLog(); err != nil {
		return err
	}
	if err := j.openReaders(path, readConns); err != nil {
		return err
	}
	j.places, err = places(path)
	return err
}

func (j *Journal) openReaders(path string, n int) error {
	j.walks = make(chan struct{}, max(1, n-1))
	for range n {
		// Read-write: a reader may have to make the index of a log that a
		// killed process left. query_only keeps it from writing.
		c, err := openConn(path, lib.SQLITE_OPEN_READWRITE, readerPragmas()...)
		if err != nil {
			return err
		}
		j.readers <- c
		j.opened++
	}
	return nil
}

func (j *Journal) stop() { j.end.Do(func() { close(j.ended) }) }

// Close ends the journal and waits for Run and the reads under way. It is called
// once.
func (j *Journal) Close() error {
	j.stop()
	close(j.closed)
	j.running.Lock()
	defer j.running.Unlock()
	for range j.opened {
		(<-j.readers).close()
	}
	j.log.conn.close()
	j.writer.close()
	if j.lock == nil {
		return nil
	}
	return j.lock.Close()
}
