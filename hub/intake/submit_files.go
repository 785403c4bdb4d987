package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/appealhub/appealhub/hub/spool"
	"github.com/appealhub/appealhub/sdk"
)

// uploaded holds each attachment to a file of the spool and fills in its
// digest and size. A file that is named is needed from then on: no sweep removes it
// before the journal knows of the appeal.
func (in *Intake) uploaded(ctx context.Context, a *sdk.Appeal) error {
	if len(a.Attachments) == 0 {
		return nil
	}
	a.Attachments = slices.Clone(a.Attachments)
	var problems []sdk.Problem
	for i := range a.Attachments {
		name, rule, why, err := in.file(&a.Attachments[i], func(digest string) (spool.Object, error) { return in.cfg.Spool.Keep(ctx, digest) })
		if err != nil {
			return fmt.Errorf("submit: %w", err)
		}
		if why != "" {
			problems = append(problems, sdk.Problem{Path: fmt.Sprintf("/attachments/%d/%s", i, name), Rule: rule, Why: why})
		}
	}
	if len(problems) > 0 {
		return &sdk.ValidationError{Problems: problems}
	}
	return nil
}

// file finds the stored file that f names. A why says what is wrong with the
// member name.
func (in *Intake) file(f *sdk.Attachment, find func(digest string) (spool.Object, error)) (name, rule, why string, err error) {
	if f.SHA256 == "" {
		f.SHA256 = f.Ref.ID
	}
	f.Ref, f.Appeal, f.Missing = sdk.Ref{}, "", ""
	if f.SHA256 == "" {
		return "sha256", sdk.RuleRequired, "is missing: upload the file first", nil
	}
	stored, err := find(f.SHA256)
	switch {
	case errors.Is(err, spool.ErrNotFound):
		return "sha256", sdk.RuleEnum, "is not the digest of an uploaded file", nil
	case err != nil:
		return "", "", "", err
	case f.Size != 0 && f.Size != stored.Size:
		return "size", sdk.RuleRange, "is not the size of the uploaded file", nil
	case in.cfg.MaxFile > 0 && stored.Size > in.cfg.MaxFile:
		return "size", sdk.RuleRange, fmt.Sprintf("is more than %d bytes", in.cfg.MaxFile), nil
	}
	f.Size = stored.Size
	return "", "", "", nil
}
