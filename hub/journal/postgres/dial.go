package postgres

import (
	"net"
	"time"
)

// silence is about how long a server's machine may leave unanswered what is sent to
// it before the connection counts as broken. One that is gone without a word, as after
// a failover, would else keep claims and polls for a quarter of an hour. A server that
// is busy is not silent: its machine acknowledges what it was sent.
const silence = 30 * time.Second

// dialer makes the connections to the server.
func dialer() *net.Dialer {
	probes := net.KeepAliveConfig{Enable: true, Idle: silence / 2, Interval: silence / 6, Count: 3}
	return &net.Dialer{KeepAliveConfig: probes, Control: limitSilence}
}
