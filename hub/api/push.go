package api

import "net/http"

// push takes what a link's system sends by itself. The connector reads it, and
// its reply goes out once all of it is durable.
func (s *server) push(x *exchange) error {
	l, err := s.named(x, "link")
	if err != nil {
		return err
	}
	if !l.Can().Accepter {
		return missing.with("the link's connector takes no pushes")
	}
	if x.r.ContentLength > s.MaxBody {
		return tooLarge.with("more than %d bytes", s.MaxBody)
	}
	x.r.Body = http.MaxBytesReader(x.ResponseWriter, x.r.Body, s.MaxBody)
	reply, err := s.Intake.Accept(x.r.Context(), l.Name(), x.r)
	if err != nil {
		return err
	}
	mediaType := reply.Type
	if mediaType == "" {
		mediaType = "application/octet-stream"
	}
	x.send(reply.Status, mediaType, reply.Body)
	return nil
}
