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
)

// onDisk marks a failure of the spool's own disk, and a full disk or an
// exhausted quota as ErrFull. A path in the text holds digests only.
func onDisk(doing string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("spool: %s: %w", doing, ErrFull)
	}
	return fmt.Errorf("spool: %s: %w", doing, err)
}
