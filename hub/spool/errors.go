package spool

import (
	"errors"
	"fmt"
	"syscall"
)

// Errors of the spool; test with errors.Is.
var (
	ErrNotFound = errors.New("the spool holds no such file")
	ErrTooLarge = errors.New("the file is larger than allowed")
	ErrFull     = errors.New("the spool's disk is full")
	ErrCorrupt  = errors.New("the file on disk is not what was stored")

	// ErrUnavailable: the disk fails or is read-only, or the server of the bucket does
	// not answer or refuses. What is asked again later may succeed.
	ErrUnavailable = errors.New("the spool can't be used")
)

// onDisk marks a failure of the spool's own disk as ErrUnavailable, and a full disk or
// an exhausted quota as ErrFull. A path in the text holds digests only.
func onDisk(doing string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("spool: %s: %w", doing, ErrFull)
	}
	return fmt.Errorf("%w: %s: %w", ErrUnavailable, doing, err)
}
