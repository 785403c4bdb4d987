package link

import (
	"context"
	"io"
	"sync"

	"github.com/appealhub/appealhub/sdk"
)

// OpenAttachment is sdk.Attacher's, within the link's limits. The time-out for
// files runs, and the call's place is taken, until the reader is closed. The
// reader is always an sdk.Named.
func (l *Link) OpenAttachment(ctx context.Context, a sdk.Attachment) (io.ReadCloser, error) {
	const op = "open attachment"
	if l.verbs.attacher == nil {
		return nil, lacks(op)
	}
	ctx, cancel := context.WithTimeout(ctx, l.cfg.FileTimeout)
	if err := l.enter(ctx, op); err != nil {
		cancel()
		return nil, err
	}
	release := sync.OnceFunc(func() {
		cancel()
		l.leave()
	})
	body, err := guarded(ctx, l, op, func(ctx context.Context) (io.ReadCloser, error) {
		a.ID = l.givenID(a.ID)
		return l.verbs.attacher.OpenAttachment(ctx, a)
	})
	if err == nil && body == nil {
		err = sdk.Errorf(sdk.Invalid, op, "the connector returned no bytes and no error")
	}
	if err != nil {
		release()
		return nil, err
	}
	return &file{ctx: ctx, link: l, body: body, release: release}, nil
}

// file is an attachment being read, with the limits of the call that opened it.
type file struct {
	ctx     context.Context
	link    *Link
	body    io.ReadCloser
	release func()
}

// Read is io.Reader's.
func (f *file) Read(p []byte) (n int, err error) {
	if err := f.ctx.Err(); err != nil {
		return 0, sdk.Errorf(sdk.Transient, "read attachment", "%w", err)
	}
	defer f.link.rescue("read attachment", &err)
	n, err = f.body.Read(p)
	if n < 0 || n > len(p) {
		return 0, sdk.Errorf(sdk.Invalid, "read attachment", "the connector read %d bytes into %d", n, len(p))
	}
	return n, sound("read attachment", err)
}

// Close is io.Closer's.
func (f *file) Close() (err error) {
	defer f.release()
	defer f.link.rescue("close attachment", &err)
	return f.body.Close()
}

// AttachmentName returns what the connector's reader learned, if it learns
// anything.
func (f *file) AttachmentName() (name, mediaType string) {
	named, ok := f.body.(sdk.Named)
	if !ok {
		return "", ""
	}
	defer f.link.rescue("name attachment", new(error)) // the log has it, and the announced name stands
	return named.AttachmentName()
}
