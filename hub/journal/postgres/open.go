package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/appealhub/appealhub/hub/journal"
)

// Options are what a journal on PostgreSQL is opened with.
type Options struct {
	journal.Options
	Outbox  func()           // told of events that are to be published; nil: none are
	Spool   string           // id of the spool: a journal's nodes share one; empty: not looked at
	Late    bool             // Open does not wait for a server that does not answer: Run does
	Node    string           // who holds the leases; empty: a name of its own
	Writers int              // how many transactions go on at a time at most; 0: 4
	Now     func() time.Time // the journal's clock in tests; nil: the database's
	Log     *slog.Logger     // what no caller is told of; nil: nowhere
}

func (o *Options) setDefaults() {
	if o.Codec == nil {
		o.Codec = journal.PlainCodec{}
	}
	if o.NewID == nil {
		o.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if o.Ready == nil {
		o.Ready = func(string) {}
	}
	if o.Node == "" {
		o.Node = rand.Text()
	}
	if o.Writers <= 0 {
		o.Writers = 4
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

// Journal is the journal in one PostgreSQL database, as one node sees it.
type Journal struct {
	options Options
	url     string
	pool    *pgxpool.Pool // for reads and claims
	writers *pgxpool.Pool // for Run's transactions, which wait for no reader
	calls   chan *call
	waiting atomic.Int64  // weight of calls
	much    chan struct{} // one element for each writer that may help
	ended   chan struct{} // closed when nothing will be committed any more
	end     sync.Once
	running sync.Mutex // held by Run
	commits atomic.Int64
	epoch   string // tells this opening's leases from all others
	claims  atomic.Int64
	usable  atomic.Bool // the schema is there and this node may work on it
	told    notices
	doubt   atomic.Pointer[doubt] // why no event could be recorded last; nil: one was
	recent  fresh
	strays  journal.Strays
}

var _ journal.Journal = (*Journal)(nil)

// readConns is how many reads and claims go on at a time beside the writers,
// where the address does not say pool_max_conns; that is shared out among both.
const readConns = 8

// connectTime bounds the making of a connection, where the address does not say
// connect_timeout.
const connectTime = 5 * time.Second

// Open opens the journal in the database at url, brings its schema up to date
// and gives back what the node had leased before. The error is an *OpenError, or
// ErrOtherSpool.
func Open(ctx context.Context, url string, o Options) (*Journal, error) {
	if o.Planner == nil {
		return nil, errors.New("postgres: no planner")
	}
	j, err := newJournal(ctx, url, o)
	if err != nil {
		return nil, opening(err)
	}
	err = j.prepare(ctx)
	if err == nil || o.Late && unreachable(err) {
		return j, nil
	}
	j.closePools()
	return nil, err
}

// OpenReadOnly opens the journal in the database at url for reading. Nothing
// can be appended or claimed. The error is an *OpenError.
func OpenReadOnly(ctx context.Context, url string, codec journal.Codec) (*Journal, error) {
	c, err := connect(ctx, url)
	if err != nil {
		return nil, opening(err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	version, err := compatible(ctx, c)
	if err == nil && version == 0 {
		err = errNoSchema
	}
	if err != nil {
		return nil, opening(err)
	}
	j, err := newJournal(ctx, url, Options{Options: journal.Options{Codec: codec}})
	if err != nil {
		return nil, opening(err)
	}
	j.usable.Store(true)
	j.stop()
	return j, nil
}

func newJournal(ctx context.Context, url string, o Options) (*Journal, error) {
	o.setDefaults()
	cfg, err := parse(url)
	if err != nil {
		return nil, err
	}
	settings(cfg.ConnConfig)
	if !limited(url) {
		cfg.MaxConns = int32(o.Writers + readConns)
	}
	cfg.MaxConnIdleTime = 5 * time.Minute
	j := &Journal{
		options: o, calls: make(chan *call, maxGroup), much: make(chan struct{}, 1), ended: make(chan struct{}), epoch: rand.Text(),
		told: notices{links: map[string]bool{}, some: make(chan struct{}, 1)}, url: url, recent: fresh{events: map[int64]*content{}},
	}
	cfg.BeforeConnect, cfg.AfterConnect = j.mayConnect, connected
	writing := cfg.Copy()
	writing.MaxConns = max(1, min(int32(o.Writers), cfg.MaxConns/2))
	cfg.MaxConns = max(1, cfg.MaxConns-writing.MaxConns)
	cfg.MinConns, writing.MinConns = min(cfg.MinConns, cfg.MaxConns), 0
	if j.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return nil, err
	}
	if j.writers, err = pgxpool.NewWithConfig(ctx, writing); err != nil {
		j.pool.Close()
		return nil, err
	}
	return j, nil
}

// settings are those of every connection. Others than application_name would be
// refused by PgBouncer. A connection that takes no writes is not used again: it would
// stay so when its database, or another server of the address, takes them.
func settings(cfg *pgx.ConnConfig) {
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "appealhub"
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectTime
	}
	cfg.DialFunc = dialer().DialContext
	keep := cfg.OnPgError
	cfg.OnPgError = func(c *pgconn.PgConn, e *pgconn.PgError) bool { return e.Code != readOnly && keep(c, e) }
}

// connect makes one connection beside the pool.
func connect(ctx context.Context, url string) (*pgx.Conn, error) {
	pooled, err := parse(url)
	if err != nil {
		return nil, err
	}
	settings(pooled.ConnConfig)
	return pgx.ConnectConfig(ctx, pooled.ConnConfig)
}

func (j *Journal) stop() { j.end.Do(func() { close(j.ended) }) }

// Close ends the journal and waits for Run and the reads under way. It is called
// once.
func (j *Journal) Close() error {
	j.stop()
	j.running.Lock()
	defer j.running.Unlock()
	j.closePools()
	return nil
}

func (j *Journal) closePools() {
	j.pool.Close()
	j.writers.Close()
}
