package pgtest

import "syscall"

// ending runs a server as the user given, and has it end with this process however
// that ends.
func ending(as *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: as, Pdeathsig: syscall.SIGINT}
}
