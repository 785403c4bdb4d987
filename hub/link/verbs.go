package link

import (
	"context"
	"io"

	"github.com/appealhub/appealhub/sdk"
)

// FetchAppeals is sdk.AppealSource's, within the link's limits.
func (l *Link) FetchAppeals(ctx context.Context, after sdk.Cursor) (sdk.Page[sdk.Appeal], error) {
	if l.verbs.appealSource == nil {
		return sdk.Page[sdk.Appeal]{}, lacks("fetch appeals")
	}
	return call(ctx, l, "fetch appeals", l.cfg.Timeout, func(ctx context.Context) (sdk.Page[sdk.Appeal], error) {
		return l.verbs.appealSource.FetchAppeals(ctx, after)
	})
}

// DeliverAppeal is sdk.AppealSink's, within the link's limits.
func (l *Link) DeliverAppeal(ctx context.Context, a sdk.Appeal) (sdk.Receipt, error) {
	if l.verbs.appealSink == nil {
		return sdk.Receipt{}, lacks("deliver appeal")
	}
	return call(ctx, l, "deliver appeal", l.cfg.Timeout, func(ctx context.Context) (sdk.Receipt, error) {
		return l.verbs.appealSink.DeliverAppeal(ctx, a)
	})
}

// FetchStatuses is sdk.StatusSource's, within the link's limits.
func (l *Link) FetchStatuses(ctx context.Context, after sdk.Cursor) (sdk.Page[sdk.StatusChange], error) {
	if l.verbs.statusSource == nil {
		return sdk.Page[sdk.StatusChange]{}, lacks("fetch statuses")
	}
	return call(ctx, l, "fetch statuses", l.cfg.Timeout, func(ctx context.Context) (sdk.Page[sdk.StatusChange], error) {
		return l.verbs.statusSource.FetchStatuses(ctx, after)
	})
}

// DeliverStatus is sdk.StatusSink's, within the link's limits.
func (l *Link) DeliverStatus(ctx context.Context, to sdk.Ref, c sdk.StatusChange) (sdk.Receipt, error) {
	if l.verbs.statusSink == nil {
		return sdk.Receipt{}, lacks("deliver status")
	}
	return call(ctx, l, "deliver status", l.cfg.Timeout, func(ctx context.Context) (sdk.Receipt, error) {
		return l.verbs.statusSink.DeliverStatus(ctx, to, c)
	})
}

// ReadStatuses is sdk.StatusReader's, within the link's limits.
func (l *Link) ReadStatuses(ctx context.Context, open ...sdk.Ref) ([]sdk.StatusChange, error) {
	if l.verbs.statusReader == nil {
		return nil, lacks("read statuses")
	}
	return call(ctx, l, "read statuses", l.cfg.Timeout, func(ctx context.Context) ([]sdk.StatusChange, error) {
		return l.verbs.statusReader.ReadStatuses(ctx, open...)
	})
}

// DeliverAttachment is sdk.AttachmentSink's, within the link's limits and the
// time-out for files.
func (l *Link) DeliverAttachment(ctx context.Context, to sdk.Ref, a sdk.Attachment, body io.Reader) (sdk.Receipt, error) {
	if l.verbs.attachmentSink == nil {
		return sdk.Receipt{}, lacks("deliver attachment")
	}
	return call(ctx, l, "deliver attachment", l.cfg.FileTimeout, func(ctx context.Context) (sdk.Receipt, error) {
		return l.verbs.attachmentSink.DeliverAttachment(ctx, to, a, body)
	})
}
