package dispatch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/spool"
	"github.com/appealhub/appealhub/sdk"
)

// call makes the call that c stands for and puts what came of it into s. With what the
// spool does for it, it ends within the lease.
func (o *outlet) call(ctx context.Context, c *journal.Claimed, s *journal.Settlement) (err error) {
	ctx, cancel := context.WithTimeout(ctx, o.limit(c.Verb)+leaseMargin/2)
	defer cancel()
	switch {
	case c.Verb == journal.VerbAppeal && c.Payload != nil:
		s.Receipt, err = o.link.DeliverAppeal(ctx, o.dispatch.cfg.reworked(c))
		failpoint.Hit("dispatch.after_create")
	case c.Verb == journal.VerbStatus && c.Change != nil:
		s.Receipt, err = o.link.DeliverStatus(ctx, c.To, *c.Change)
		failpoint.Hit("dispatch.after_status")
	case c.Verb == journal.VerbAttachment && c.File != nil:
		s.Receipt, err = o.attach(ctx, c)
		failpoint.Hit("dispatch.after_attachment")
	case c.Verb == journal.VerbFetch && c.File != nil:
		return o.fetch(ctx, c, s)
	case c.Verb == journal.VerbDeadline && c.Notice != nil:
		s.Receipt, err = o.link.DeliverDeadline(ctx, c.To, *c.Notice)
	case c.Verb == journal.VerbConfirm && c.Token != "":
		s.Receipt, err = o.link.Confirm(ctx, c.Token)
	default:
		return sdk.Errorf(sdk.Invalid, "deliver", "what the delivery of verb %q carries can't be read from the journal: appealhub log verify names what was changed", c.Verb)
	}
	if s.Receipt.Ref.ID != "" {
		s.Receipt.Ref.Link = o.limits.Name // whatever the connector wrote
	}
	if err == nil && !(fits(s.Receipt.Ref.ID) && fits(s.Receipt.Token)) {
		s.Receipt = sdk.Receipt{}
		return sdk.Errorf(sdk.Invalid, "deliver", "the system took it, but gave an id that is no text of at most %d characters", sdk.MaxName)
	}
	return err
}

// reworked is the appeal with the round of repeated consideration that it is in: a
// source may ask for it without saying so, and count fewer rounds than the hub.
func (cfg *Config) reworked(c *journal.Claimed) sdk.Appeal {
	a := *c.Payload
	if cfg.Rounds != nil && a.Revision > 1 { // the first one has at most what its source says
		a.Rework.Round = max(a.Rework.Round, cfg.Rounds(&c.View))
	}
	return a
}

// fits reports whether a system's id can be kept in a column. What can't is no
// reason to make the call again.
func fits(id string) bool {
	return utf8.ValidString(id) && strings.IndexByte(id, 0) < 0 && utf8.RuneCountInString(id) <= sdk.MaxName
}

// attach sends a stored file to the link. Where later steps name the id that the
// system gives, the spool remembers it: a journal that was put back to an hour ago
// would send the file again, and tell with its new id what was told already.
func (o *outlet) attach(ctx context.Context, c *journal.Claimed) (sdk.Receipt, error) {
	if !o.link.Can().AttachmentsFirst {
		return o.upload(ctx, c)
	}
	key := strings.Join([]string{"upload", o.limits.Name, c.Appeal, c.File.ID, c.File.SHA256}, "\x00")
	switch id, err := o.dispatch.cfg.Spool.Noted(ctx, key); {
	case err == nil:
		return sdk.Receipt{Ref: sdk.Ref{ID: id}}, nil
	case !errors.Is(err, spool.ErrNotFound):
		return sdk.Receipt{}, ownError{err}
	}
	r, err := o.upload(ctx, c)
	if err != nil || r.Ref.ID == "" || r.Token != "" || !fits(r.Ref.ID) {
		return r, err
	}
	if err := o.dispatch.cfg.Spool.Note(ctx, key, r.Ref.ID); err != nil { // the file is there all the same
		o.log.Warn("a file's id could not be noted: after a restore of the journal it would be sent again", "delivery", c.ID, "err", err)
	}
	return r, nil
}

// upload streams a stored file to the link. A failure to read it is the hub's
// own, whatever the connector makes of it.
func (o *outlet) upload(ctx context.Context, c *journal.Claimed) (sdk.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, o.limit(c.Verb)) // a reader that waits for the spool hears of no other
	defer cancel()
	body, _, err := o.dispatch.cfg.Spool.Open(ctx, c.File.SHA256)
	if err != nil {
		return sdk.Receipt{}, ownError{fmt.Errorf("open stored file %s: %w", c.File.SHA256, err)}
	}
	defer body.Close()
	watched := &watchedReader{Reader: body}
	r, err := o.link.DeliverAttachment(ctx, c.To, *c.File, watched)
	if failed := watched.end(cancel); failed != nil {
		return sdk.Receipt{}, ownError{fmt.Errorf("read stored file %s: %w", c.File.SHA256, failed)}
	}
	return r, err
}
