package services

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
)

// freeAddress returns an address on loopback that nobody listens on. Its port
// lies below those that the system gives to outgoing connections: one of these
// could else take it while the server is down.
func freeAddress() (string, error) {
	low := 32768 // Linux's own choice
	if raw, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range"); err == nil {
		_, _ = fmt.Sscan(string(raw), &low)
	}
	for range 200 {
		port := 10000 + rand.IntN(max(1, low-10000))
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		if isFree(address) {
			return address, nil
		}
	}
	return "", fmt.Errorf("no free port on loopback between 10000 and %d", low)
}

func isFree(address string) bool {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return false
	}
	return l.Close() == nil
}
