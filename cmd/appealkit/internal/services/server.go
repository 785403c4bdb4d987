package services

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrExternal is the answer to whatever would touch a server that an
// environment variable names: it is somebody else's.
var ErrExternal = errors.New("the server is not of this folder")

// Server is one server of the folder: PostgreSQL, a broker of Kafka, or the S3
// server. Its methods see what other programs have done to it meanwhile.
type Server struct {
	name  string
	owner *Services
	kind  kind
}

// kind is what sets the servers apart.
type kind interface {
	// prepare makes what the first start needs, and nothing the next time.
	prepare(ctx context.Context, rec record) error
	launch(rec record) (launch, error)
	// ready is nil once the server answers by its own protocol.
	ready(ctx context.Context, rec record) error
}

// Name is postgres, kafka-1, kafka-2, kafka-3 or s3.
func (v *Server) Name() string { return v.name }

// record reads what is known of the server; an error says that it was never up.
func (v *Server) record() (record, error) {
	st, err := v.owner.load()
	if err != nil {
		return record{}, err
	}
	rec, ok := st.Servers[v.name]
	if !ok {
		return record{}, fmt.Errorf("%s was never set up in %s", v.name, v.owner.cfg.Dir)
	}
	return rec, nil
}

// ours is the record of a server that may be touched.
func (v *Server) ours() (record, error) {
	group, _, _ := strings.Cut(v.name, "-")
	if there := v.owner.external(group); there != "" {
		return record{}, fmt.Errorf("%s: %w: %s is set", v.name, ErrExternal, variable(group))
	}
	return v.record()
}

// Address is host:port for clients, empty if the server was never up.
func (v *Server) Address() string {
	rec, _ := v.record() // an error is an empty record
	return rec.Address
}

// PID is the number of the server's process, 0 if it does not run.
func (v *Server) PID() int {
	rec, err := v.record()
	if err != nil || !rec.Process.alive() {
		return 0
	}
	return rec.Process.PID
}

// Log is the path of the server's log.
func (v *Server) Log() string { return v.owner.path(v.name, "server.log") }

// Running reports whether the server's process is there, frozen or not.
func (v *Server) Running() bool { return v.PID() != 0 }

// Start starts the server as it was before and waits until it is ready. One
// that runs is only waited for.
func (v *Server) Start(ctx context.Context) error {
	rec, err := v.ours()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, v.owner.cfg.within())
	defer cancel()
	if !rec.Process.alive() {
		if rec, err = v.launch(rec); err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
	}
	return v.await(ctx, rec)
}

func (v *Server) launch(rec record) (record, error) {
	for _, address := range []string{rec.Address, rec.Controller, rec.MTLS} {
		if address != "" && !isFree(address) {
			return rec, fmt.Errorf("another program listens at %s: end it, or set up anew (services down --purge, services up)", address)
		}
	}
	l, err := v.kind.launch(rec)
	if err != nil {
		return rec, err
	}
	if rec.Process, err = l.detach(rec.Log, v.owner.path(v.name, "pid")); err != nil {
		return rec, err
	}
	return rec, v.store(rec)
}

// await waits until the server is ready; an error holds the end of its log.
func (v *Server) await(ctx context.Context, rec record) error {
	var last error
	err := poll(ctx, 40*time.Millisecond, func() (bool, error) {
		if !rec.Process.alive() {
			return false, errors.New("it ended")
		}
		attempt, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		last = v.kind.ready(attempt, rec)
		return last == nil, nil
	})
	switch {
	case err == nil:
		return nil
	case last != nil && ctx.Err() != nil:
		err = fmt.Errorf("not ready in time: %w", last)
	}
	return fmt.Errorf("%s: %w\n%s", v.name, err, logTail(rec.Log))
}

// store writes what is known of the server.
func (v *Server) store(rec record) error {
	return v.owner.change(func(st *state) error {
		st.Servers[v.name] = rec
		return nil
	})
}
