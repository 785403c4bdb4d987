package cli

import (
	"errors"
	"log/slog"
	"net"
)

// What systemd is told of a service of Type=notify: sd_notify(3).
const (
	stateReady    = "READY=1"
	stateStopping = "STOPPING=1"
)

// notify tells systemd how the hub is, at the socket that NOTIFY_SOCKET names: a path, or an
// abstract name behind @. Who started the hub otherwise names none and hears nothing.
func (a *app) notify(state string, log *slog.Logger) {
	socket := a.env["NOTIFY_SOCKET"]
	if socket == "" {
		return
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err == nil {
		_, err = c.Write([]byte(state))
		err = errors.Join(err, c.Close())
	}
	if err != nil {
		log.Warn("systemd is not told how the hub is: a unit with Type=notify waits in vain. Write NotifyAccess=main, and AF_UNIX in RestrictAddressFamilies", "state", state, "err", err)
	}
}
