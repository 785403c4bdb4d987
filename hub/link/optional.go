package link

import (
	"context"
	"net/http"

	"github.com/appealhub/appealhub/sdk"
)

// Ack is sdk.Acker's, within the link's limits.
func (l *Link) Ack(ctx context.Context, taken ...string) error {
	if l.verbs.acker == nil {
		return lacks("acknowledge")
	}
	_, err := call(ctx, l, "acknowledge", l.cfg.Timeout, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, l.verbs.acker.Ack(ctx, taken...)
	})
	return err
}

// Confirm is sdk.Confirmer's, within the link's limits.
func (l *Link) Confirm(ctx context.Context, token string) (sdk.Receipt, error) {
	if l.verbs.confirmer == nil {
		return sdk.Receipt{}, lacks("confirm")
	}
	return call(ctx, l, "confirm", l.cfg.Timeout, func(ctx context.Context) (sdk.Receipt, error) {
		return l.verbs.confirmer.Confirm(ctx, token)
	})
}

// DeliverDeadline is sdk.DeadlineSink's, within the link's limits.
func (l *Link) DeliverDeadline(ctx context.Context, to sdk.Ref, n sdk.Deadline) (sdk.Receipt, error) {
	if l.verbs.deadlineSink == nil {
		return sdk.Receipt{}, lacks("deliver deadline")
	}
	return call(ctx, l, "deliver deadline", l.cfg.Timeout, func(ctx context.Context) (sdk.Receipt, error) {
		return l.verbs.deadlineSink.DeliverDeadline(ctx, to, n)
	})
}

// DeliverDigest is sdk.DigestSink's, within the link's limits.
func (l *Link) DeliverDigest(ctx context.Context, d sdk.Digest) error {
	if l.verbs.digestSink == nil {
		return lacks("deliver digest")
	}
	_, err := call(ctx, l, "deliver digest", l.cfg.Timeout, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, l.verbs.digestSink.DeliverDigest(ctx, d)
	})
	return err
}

// Check is sdk.Checker's, within the link's limits. Now and then it is made over a
// new connection: see CertificateEnds.
func (l *Link) Check(ctx context.Context) error {
	if l.verbs.checker == nil {
		return lacks("check")
	}
	l.shown.renew()
	_, err := call(ctx, l, "check", l.cfg.Timeout, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, l.verbs.checker.Check(ctx)
	})
	return err
}

// Accept is sdk.Accepter's. It reads a request that is here already and calls
// nobody, so it takes no place and no turn; its context ends with the link's
// time-out.
func (l *Link) Accept(r *http.Request) (sdk.Inbound, error) {
	if l.verbs.accepter == nil {
		return sdk.Inbound{}, lacks("accept")
	}
	ctx, cancel := context.WithTimeout(r.Context(), l.cfg.Timeout)
	defer cancel()
	return guarded(ctx, l, "accept", func(ctx context.Context) (sdk.Inbound, error) {
		return l.verbs.accepter.Accept(r.WithContext(ctx))
	})
}

// RereadAppeal is sdk.Rereader's. It calls nobody, so it takes no place and no turn,
// as Accept.
func (l *Link) RereadAppeal(ctx context.Context, body []byte) (sdk.Appeal, error) {
	if l.verbs.rereader == nil {
		return sdk.Appeal{}, lacks("reread appeal")
	}
	ctx, cancel := context.WithTimeout(ctx, l.cfg.Timeout)
	defer cancel()
	return guarded(ctx, l, "reread appeal", func(ctx context.Context) (sdk.Appeal, error) {
		return l.verbs.rereader.RereadAppeal(ctx, body)
	})
}
