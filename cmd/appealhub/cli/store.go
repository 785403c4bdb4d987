package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/appealhub/appealhub/hub"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/postgres"
	"github.com/appealhub/appealhub/hub/journal/sqlite"
)

// store is a journal that is read without the hub.
type store struct {
	place   string // for people, without a password
	address string // a file or a postgres:// address
}

// journalStore is the journal that args name, or the configuration.
func (a *app) journalStore(args []string) (store, error) {
	if len(args) == 1 {
		if hub.OnPostgres(args[0]) {
			return store{place: postgres.Address(args[0]), address: args[0]}, nil
		}
		return store{place: args[0], address: args[0]}, nil
	}
	cfg, err := hub.Load(a.config, a.env)
	s := store{place: cfg.JournalPlace(), address: cfg.JournalFile()}
	if hub.OnPostgres(cfg.Journal) {
		s.address = cfg.Journal
	}
	return s, err
}

// read opens the journal for reading.
func (s store) read(ctx context.Context, codec journal.Codec) (journal.Journal, error) {
	if hub.OnPostgres(s.address) {
		j, err := postgres.OpenReadOnly(ctx, s.address, codec)
		if err != nil {
			return nil, err
		}
		return j, nil
	}
	j, err := sqlite.OpenReadOnly(ctx, s.address, codec)
	if err != nil {
		return nil, err
	}
	return j, nil
}

// unread names the journal that is none, or none that can be read.
func (s store) unread(err error) error {
	switch {
	case errors.As(err, new(*postgres.OpenError)):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return &exit{exitNotFound, fmt.Errorf("%s: there is no such file; name the journal's, or the configuration with --config", s.place)}
	}
	return fmt.Errorf("%s: %w; is it the journal of a hub, and may you read it?", s.place, err)
}
