package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
)

// bound is the throw-away program that the hub is compared with. It validates
// and normalizes with the hub's code, writes the rows that the hub writes for an
// appeal with one delivery, in the same two transactions and with group commit,
// posts and marks. It has no routes, states, leases, retries, chains or reads,
// and could not be trusted with an appeal.
type bound struct {
	rows      *rows
	work      chan job
	posts     chan posted
	commits   atomic.Int64
	client    *http.Client
	url       string
	deliverer int
	delay     time.Duration // of each commit, as the hub's build with failpoints delays its own
}

// job is one thing to write.
type job struct {
	write func(*rows) error
	done  chan error // nil: nobody waits
}

type posted struct {
	id   string
	body []byte
}

// boundGroup is how many jobs share a commit at most.
const boundGroup = 256

// RunBound runs the program until ctx ends.
func RunBound(ctx context.Context, p Process) error {
	debug.SetGCPercent(400) // it keeps next to nothing
	path := filepath.Join(p.Dir, "journal.db")
	if _, _, err := sqlite.Migrate(ctx, path); err != nil {
		return err
	}
	r, err := openRows(path)
	if err != nil {
		return err
	}
	b := &bound{
		rows: r, work: make(chan job, boundGroup), posts: make(chan posted, 1<<17), deliverer: 32, url: p.Receiver + "/appeals",
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: time.Minute},
	}
	if text := os.Getenv("APPEALHUB_FSYNC_DELAY"); text != "" {
		if b.delay, err = time.ParseDuration(text); err != nil {
			return err
		}
	}
	ln, err := net.Listen("tcp", p.Listen)
	if err != nil {
		return err
	}
	return b.run(ctx, ln)
}

func (b *bound) run(ctx context.Context, ln net.Listener) error {
	working, ctx := errgroup.WithContext(ctx)
	working.Go(func() error { return b.commit(ctx) })
	for range b.deliverer {
		working.Go(func() error { return b.deliver(ctx) })
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/appeals", b.take)
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "appealhub_journal_commits_total %d\n", b.commits.Load())
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	working.Go(func() error {
		<-ctx.Done()
		return server.Close()
	})
	working.Go(func() error {
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	return working.Wait()
}

// take is the API.
func (b *bound) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, blockSize/2))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a, err := intake.ReadAppeal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	id, ref := uuid.Must(uuid.NewV7()).String(), uuid.NewString()
	done := make(chan error, 1)
	b.work <- job{func(r *rows) error { return r.appeal(id, ref, a.Version, body) }, done}
	if err := <-done; err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	b.posts <- posted{id, body}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, `{"id":"`+id+`"}`)
}

// deliver posts what was taken and marks it.
func (b *bound) deliver(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case p := <-b.posts:
			if err := post(ctx, b.client, b.url, p.id, p.body); err != nil {
				if ctx.Err() != nil {
					return nil
				}
				return err
			}
			b.work <- job{write: func(r *rows) error { return r.settle(p.id) }}
		}
	}
}

// commit writes in groups, one sync each.
func (b *bound) commit(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case first := <-b.work:
			group := []job{first}
			for more := true; more && len(group) < boundGroup; {
				select {
				case j := <-b.work:
					group = append(group, j)
				default:
					more = false
				}
			}
			if err := b.write(group); err != nil {
				return err
			}
		}
	}
}
