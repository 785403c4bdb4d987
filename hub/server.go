package hub

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// readTime bounds the reading of one request: a file of 300 MiB over a line of
// half a megabyte a second.
const readTime = 10 * time.Minute

// newServer is the API's server, with the certificate if cfg names one.
func newServer(cfg HTTP, handler http.Handler, log *slog.Logger) (*http.Server, error) {
	s := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: readTime, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	if !cfg.TLS.on() {
		if host, _, _ := net.SplitHostPort(cfg.Listen); !loopbackHost(host) {
			log.Warn(plainWords, "setting", "http.listen", "listen", cfg.Listen, "cure", plainCure)
		}
		return s, nil
	}
	own, err := openCertificate(cfg.TLS, log, time.Now)
	if err != nil {
		return nil, err
	}
	s.TLSConfig = own.config()
	return s, nil
}

// serve answers requests until ctx ends, and those under way to their end.
func (h *Hub) serve(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.drain)
		defer cancel()
		ended <- h.server.Shutdown(bound)
	}()
	if err := h.accept(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	if err := <-ended; err != nil {
		h.log.Warn("requests were cut off at the end of the drain time")
		return h.server.Close()
	}
	return nil
}

// accept serves what comes to the listener.
func (h *Hub) accept() error {
	if h.server.TLSConfig != nil {
		return h.server.ServeTLS(h.listener, "", "")
	}
	return h.server.Serve(h.listener)
}
