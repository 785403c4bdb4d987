package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/internal/failpoint"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// ErrInFlight says that a submission with the same key has not ended yet.
var ErrInFlight = errors.New("a submission with this key is under way")

// Submission is an appeal that came in through the hub's own API.
type Submission struct {
	Appeal sdk.Appeal // as ReadAppeal returned it: it is not validated again
	Key    string     // the client's idempotency key; empty: none
	Actor  string     // name of the client's token
}

// Submitted is what became of a submission, and the reference it has.
type Submitted struct {
	journal.Result // Outcome is Buffered, and nothing else known, where the inbound topic has it
	Ref            sdk.Ref
	Place          bus.Place // in the inbound topic
}

// Buffered is the outcome of what the inbound topic has taken: it is durable, and
// what becomes of it shows once the journal has read it.
const Buffered journal.Outcome = "buffered"

// Submit makes an appeal durable. It becomes the record api/KEY; without a key,
// api/ and a new UUIDv7. The same key with the same content is a Duplicate with
// the id of the first one; with other content it is Clashed and changes nothing.
// ErrInFlight says that the key's first submission is still under way.
//
// What the hub alone gives (id, ref, revision) is set here whatever the client
// wrote. Each attachment names a file of the spool by its digest, as sha256 or
// as the id of its ref; if it doesn't, the error is a *sdk.ValidationError, as
// it is for a key that can't be one and for an appeal of a time to come.
func (in *Intake) Submit(ctx context.Context, s Submission) (Submitted, error) {
	a := s.Appeal
	if err := in.submitted(ctx, &a, s.Key); err != nil {
		return Submitted{}, err
	}
	if s.Key != "" {
		if !in.enter(s.Key) {
			return Submitted{}, ErrInFlight
		}
		defer in.leave(s.Key)
	}
	failpoint.Hit("intake.submit_before_append")
	one := item{once: s.Key == "", entry: journal.Entry{ID: sourceID(&a), At: in.now(), Link: link.ReservedName, Actor: s.Actor, Appeal: &a, Once: true}}
	results, err := in.keep(ctx, []item{one}, nil)
	if err != nil {
		return Submitted{}, fmt.Errorf("submit: %w", err)
	}
	failpoint.Hit("intake.submit_after_append")
	return Submitted{results[0].Result, a.Ref, results[0].place}, nil
}

// submitted sets what is the hub's to set.
func (in *Intake) submitted(ctx context.Context, a *sdk.Appeal, key string) error {
	if late := in.ahead(a); len(late) > 0 {
		return &sdk.ValidationError{Problems: late}
	}
	a.ID, a.Revision, a.AckID = "", 0, ""
	if err := in.uploaded(ctx, a); err != nil {
		return err
	}
	a.Ref = sdk.Ref{Link: link.ReservedName, ID: key}
	if key != "" {
		a.Version = fingerprint(a)
		return validKey(key)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	a.Ref.ID = id.String()
	return nil
}

// validKey holds a key to the rules of a reference's id.
func validKey(key string) error {
	if utf8.ValidString(key) && strings.IndexByte(key, 0) < 0 && utf8.RuneCountInString(key) <= sdk.MaxName {
		return nil
	}
	return &sdk.ValidationError{Problems: []sdk.Problem{{
		Rule: sdk.RulePattern, Why: fmt.Sprintf("the idempotency key is not a text of 1 to %d characters", sdk.MaxName),
	}}}
}

// fingerprint tells whether two submissions with one key are the same: beside
// the content it takes the version the client gave, the organisation it named
// and the files' bytes.
func fingerprint(a *sdk.Appeal) string {
	h := sha256.New()
	for _, s := range []string{sdk.ContentVersion(*a), a.Version, a.Organisation} {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	for i := range a.Attachments {
		io.WriteString(h, a.Attachments[i].SHA256)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func (in *Intake) enter(key string) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if _, taken := in.inFlight[key]; taken {
		return false
	}
	in.inFlight[key] = struct{}{}
	return true
}

func (in *Intake) leave(key string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	delete(in.inFlight, key)
}
