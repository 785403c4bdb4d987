package hub

import (
	"context"
	"errors"
	"strings"

	"github.com/appealhub/appealhub/hub/spool"
)

// OnBucket reports whether the files of appeals lie in a bucket.
func OnBucket(address string) bool { return strings.HasPrefix(address, "s3://") }

func openSpool(ctx context.Context, cfg Config) (*spool.Spool, error) {
	if !OnBucket(cfg.Spool) {
		return spool.Open(spoolDir(cfg))
	}
	at, err := spool.ParseBucket(cfg.Spool)
	if err != nil {
		return nil, err
	}
	return spool.OpenBucket(ctx, spoolDir(cfg), at)
}

func (v *validator) spool() {
	const cure = "write spool: folder, or spool: " + spool.BucketForm
	switch {
	case v.cfg.Spool == "" || v.cfg.Spool == "folder":
	case !OnBucket(v.cfg.Spool):
		v.fault("spool", "is neither folder nor an s3:// address", cure)
	default:
		if _, err := spool.ParseBucket(v.cfg.Spool); err != nil {
			v.fault("spool", err.Error(), cure)
		}
	}
}

// checkSpool finds out whether a hub could work with the bucket.
func checkSpool(ctx context.Context, address string) Finding {
	at, err := spool.ParseBucket(address)
	if err == nil {
		err = spool.CheckBucket(ctx, at)
	}
	f := Finding{Kind: FindingOK, Path: "spool", What: "the bucket " + at.Bucket + " is there, and the server takes the credentials"}
	var told *spool.BucketError
	switch {
	case errors.As(err, &told):
		f = Finding{Kind: FindingInvalid, Path: "spool", What: told.What, Remedy: told.Remedy}
		if told.Unreachable {
			f.Kind = FindingUnreachable
		}
		if told.Err != nil {
			f.Why = told.Err.Error()
		}
	case err != nil:
		f = Finding{Kind: FindingInvalid, Path: "spool", What: err.Error()}
	}
	return f
}
