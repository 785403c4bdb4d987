//go:build !linux

package pgtest

import "syscall"

// ending runs a server as the user given. Where this process is killed it stays:
// only Linux ends it.
func ending(as *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: as}
}
