package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// batcher is a connection, a transaction or the pool.
type batcher interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// loadFiles reads the files of appeals with what later events learned of them,
// and the events that announced them.
func (j *Journal) loadFiles(ctx context.Context, c batcher, ids []string, l *supply) error {
	b := &pgx.Batch{}
	rows(b.Queue("SELECT appeal, id, state, size, sha256, event, stored FROM files WHERE appeal = ANY ($1::text[])", ids), func(r pgx.Rows) error {
		var appeal string
		f := &file{}
		if err := r.Scan(&appeal, &f.id, &f.State, &f.Learned.Size, &f.Learned.SHA256, &f.event, &f.stored); err != nil {
			return err
		}
		if l.files[appeal] == nil {
			l.files[appeal] = map[string]*file{}
		}
		l.files[appeal][f.id] = f
		return nil
	})
	if err := failed(c.SendBatch(ctx, b).Close()); err != nil {
		return err
	}
	seqs := map[int64]bool{}
	for _, files := range l.files {
		for _, f := range files {
			seqs[f.event], seqs[f.stored] = true, true
		}
	}
	delete(seqs, 0)
	b = &pgx.Batch{}
	j.askEvents(b, l.events, seqs)
	if err := failed(c.SendBatch(ctx, b).Close()); err != nil {
		return err
	}
	for _, files := range l.files {
		for _, f := range files {
			f.learn(l.events[f.stored])
		}
	}
	return nil
}

// learn takes over what the event that settled the file says.
func (f *file) learn(e *journal.Event) {
	if e == nil {
		return
	}
	if e.Kind == journal.DeliverySkipped {
		f.Learned.Missing = "given up by an operator"
		return
	}
	if learned, err := journal.ReadFileBody(e.Body); err == nil {
		f.Learned = *learned
	}
}

func filesOf(rows map[string]*file) map[string]journal.File {
	if len(rows) == 0 {
		return nil
	}
	files := make(map[string]journal.File, len(rows))
	for id, r := range rows {
		files[id] = r.File
	}
	return files
}

// announced returns a file as the event announced it; nil if it did not.
func announced(e *journal.Event, id string) *sdk.Attachment {
	if e == nil {
		return nil
	}
	var all []sdk.Attachment
	switch e.Kind {
	case journal.AppealReceived, journal.AppealRevised:
		if a, err := journal.ReadAppealBody(e.Body); err == nil {
			all = a.Attachments
		}
	case journal.StatusChanged:
		if c, err := journal.ReadChangeBody(e.Body); err == nil {
			all = c.Attachments
		}
	}
	for i := range all {
		if all[i].ID == id {
			return &all[i]
		}
	}
	return nil
}
