package services

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Purge stops every server of the folder, chosen or not, and removes their
// data, logs and state; the folder too, where nothing else lies in it.
func (s *Services) Purge(ctx context.Context) error {
	s.cfg.Only = []string{Postgres, Kafka, S3}
	if err := s.Down(ctx); err != nil {
		return err
	}
	st, err := s.load()
	if err != nil {
		return err
	}
	var errs []error
	for name, rec := range st.Servers {
		errs = append(errs, os.RemoveAll(s.path(name)))
		if dir := filepath.Dir(rec.Data); dir != s.path(name) { // where the account postgres could not enter the folder
			errs = append(errs, os.RemoveAll(dir))
		}
	}
	errs = append(errs, os.RemoveAll(s.path(Kafka))) // certificates
	for _, file := range []string{"state.json", "state.lock", "up.lock"} {
		if err := os.Remove(s.path(file)); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	_ = os.Remove(s.cfg.Dir) // if it is empty
	return errors.Join(errs...)
}
