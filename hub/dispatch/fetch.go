package dispatch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/spool"
	"github.com/appealhub/appealhub/sdk"
)

// fetch reads a file from its source into the spool. A file that can't be had,
// now or later, is done as missing.
func (o *outlet) fetch(ctx context.Context, c *journal.Claimed, s *journal.Settlement) error {
	f := sdk.Attachment{ID: c.File.ID, Name: c.File.Name, MediaType: c.File.MediaType}
	err := o.spool(ctx, *c.File, &f)
	if why := missing(err, o.dispatch.cfg.MaxFile, o.link.Can().Attacher); why != "" {
		f.Missing = why
		o.log.Warn("a file can't be had", "why", why, "appeal", c.Appeal, "delivery", c.ID)
		s.Kind, s.Error = sdk.KindOf(err), cut(err.Error())
		err = nil
	}
	s.File = &f
	return err
}

// spool streams the bytes of a into the spool and notes in f what became known.
func (o *outlet) spool(ctx context.Context, a sdk.Attachment, f *sdk.Attachment) error {
	body, err := o.link.OpenAttachment(ctx, a)
	if err != nil {
		return err
	}
	defer body.Close()
	watched := &watchedReader{Reader: body}
	stored, err := o.dispatch.cfg.Spool.Put(ctx, watched, o.dispatch.cfg.MaxFile)
	o.dispatch.spoolFull.Store(errors.Is(err, spool.ErrFull))
	switch {
	case err == nil:
	case watched.err != nil:
		return watched.err
	case errors.Is(err, spool.ErrTooLarge):
		return &sdk.Error{Kind: sdk.Rejected, Op: "fetch attachment", Err: err}
	default:
		return ownError{err}
	}
	failpoint.Hit("dispatch.after_fetch_spooled")
	f.Size, f.SHA256 = stored.Size, stored.SHA256
	learn(f, body)
	return nil
}

// missing says in words why a file can't be had; empty where it may be, later. What a
// link that gives files does not support as it is configured is for an operator.
func missing(err error, limit int64, gives bool) string {
	switch {
	case err == nil || errors.As(err, new(ownError)):
		return ""
	case sdk.KindOf(err) == sdk.Unsupported && gives:
		return ""
	case errors.Is(err, spool.ErrTooLarge):
		return fmt.Sprintf("the file is larger than %d bytes", limit)
	}
	switch sdk.KindOf(err) {
	case sdk.NotFound:
		return "the source no longer has the file"
	case sdk.Rejected:
		return "the source refuses to give the file"
	case sdk.Invalid:
		return "what the source gave is not the file"
	case sdk.Unsupported:
		return "the source can't give files"
	}
	return ""
}

// learn takes a name and media type that the source told with the bytes, where
// they are fit to be kept: a path is cut to its last part.
func learn(f *sdk.Attachment, body io.Reader) {
	named, ok := body.(sdk.Named)
	if !ok {
		return
	}
	name, mediaType := named.AttachmentName()
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if name != "" && fit(sdk.Attachment{Name: name}) {
		f.Name = name
	}
	if mediaType != "" && fit(sdk.Attachment{MediaType: mediaType}) {
		f.MediaType = mediaType
	}
}

// fit reports whether a keeps the rules of the canonical schema.
func fit(a sdk.Attachment) bool {
	return sdk.StatusChange{ID: "-", Token: "-", Attachments: []sdk.Attachment{a}}.Validate() == nil
}
