package api

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/spool"
	"github.com/appealhub/appealhub/sdk"
)

// upload streams a file to the spool. An appeal names it by the ref that is
// answered.
func (s *server) upload(x *exchange) error {
	name, mediaType, err := announced(x.r.Header)
	if err != nil {
		return err
	}
	if err := x.isPlain(); err != nil {
		return err
	}
	if x.r.ContentLength > s.MaxFile {
		return tooLarge.with("more than %d bytes", s.MaxFile)
	}
	body := &source{r: x.r.Body}
	o, err := s.Spool.Put(x.r.Context(), body, s.MaxFile)
	if err != nil && body.failed != nil && errors.Is(err, body.failed) {
		return unread(err)
	}
	if errors.Is(err, spool.ErrFull) || errors.Is(err, spool.ErrUnavailable) {
		_, _ = io.CopyN(io.Discard, body, s.MaxFile) // who still sends would lose the answer with the connection
	}
	if err != nil {
		return err
	}
	return x.answer(http.StatusCreated, struct {
		SHA256    string  `json:"sha256"`
		Size      int64   `json:"size"`
		Name      string  `json:"name,omitzero"`
		MediaType string  `json:"media_type,omitzero"`
		Ref       sdk.Ref `json:"ref"`
	}{o.SHA256, o.Size, name, mediaType, sdk.Ref{Link: link.ReservedName, ID: o.SHA256}})
}

// source remembers its own failure, to tell it from the disk's.
type source struct {
	r      io.Reader
	failed error
}

// Read is io.Reader's.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.failed = err
	}
	return n, err
}

// announced reads a file's name and media type from the headers.
func announced(h http.Header) (name, mediaType string, err error) {
	if given := h.Get("Content-Disposition"); given != "" {
		_, params, err := mime.ParseMediaType(given)
		if err != nil {
			return "", "", badRequest.with(`Content-Disposition is not of the form attachment; filename="NAME" (RFC 6266)`)
		}
		name = params["filename"]
	}
	if given := h.Get("Content-Type"); given != "" {
		mediaType, _, err = mime.ParseMediaType(given)
		if err != nil || !sdk.ValidMediaType(mediaType) {
			return "", "", badType.with("Content-Type is not a media type such as application/pdf")
		}
	}
	return name, mediaType, checkName(name, mediaType)
}

// checkName holds a file to the rules that an appeal's attachments are held to.
func checkName(name, mediaType string) error {
	probe := sdk.StatusChange{ID: "-", Token: "-", Attachments: []sdk.Attachment{{Name: name, MediaType: mediaType}}}
	var v *sdk.ValidationError
	if !errors.As(probe.Validate(), &v) {
		return nil
	}
	for i := range v.Problems {
		v.Problems[i].Path = strings.TrimPrefix(v.Problems[i].Path, "/attachments/0")
	}
	return v
}

// download streams the bytes of one of an appeal's files, or of an answer's.
func (s *server) download(x *exchange) error {
	f, err := s.attachment(x, x.r.PathValue("id"), x.r.PathValue("aid"))
	if err != nil {
		return err
	}
	if !f.Stored() {
		return missing.with("the hub does not hold the bytes of this file: they are on their way or can't be had")
	}
	body, size, err := s.Spool.Open(x.r.Context(), f.SHA256)
	if errors.Is(err, spool.ErrNotFound) {
		return fmt.Errorf("a stored file is not in the spool: %w", spool.ErrCorrupt)
	}
	if err != nil {
		return err
	}
	defer body.Close()
	mediaType := f.MediaType
	if !sdk.ValidMediaType(mediaType) {
		mediaType = "application/octet-stream"
	}
	h := x.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set("Content-Disposition", disposition(f.Name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	x.WriteHeader(http.StatusOK)
	if x.r.Method == http.MethodHead {
		return nil
	}
	return stream(x, body, size)
}

// stream holds the last byte back until the spool has vouched for the whole:
// who gets a file of its full length got the right one.
func stream(w io.Writer, body io.Reader, size int64) error {
	if _, err := io.CopyN(w, body, max(0, size-1)); err != nil {
		return err
	}
	last, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	_, err = w.Write(last)
	return err
}

// attachment finds a file among the appeal's own, else among those that came
// with statuses or with earlier revisions.
func (s *server) attachment(x *exchange, appeal, id string) (sdk.Attachment, error) {
	r, err := s.Journal.Appeal(x.r.Context(), appeal)
	if err != nil {
		return sdk.Attachment{}, err
	}
	for _, f := range r.Appeal.Attachments {
		if f.ID == id {
			return f, nil
		}
	}
	events, err := s.Journal.History(x.r.Context(), appeal)
	if err != nil {
		return sdk.Attachment{}, err
	}
	return fileOf(events, id)
}

// fileOf finds what a trail knows of a file: who announced it, and whether its
// bytes were stored.
func fileOf(events []journal.Event, id string) (sdk.Attachment, error) {
	var found sdk.Attachment
	for i := range events {
		e := &events[i]
		switch e.Kind {
		case journal.StatusChanged:
			c, err := journal.ReadChangeBody(e.Body)
			if err != nil {
				return found, err
			}
			announce(&found, c.Attachments, id)
		case journal.AppealReceived, journal.AppealRevised:
			a, err := journal.ReadAppealBody(e.Body)
			if err != nil {
				return found, err
			}
			announce(&found, a.Attachments, id)
		case journal.AttachmentStored:
			if e.Attachment != id {
				continue
			}
			learned, err := journal.ReadFileBody(e.Body)
			if err != nil {
				return found, err
			}
			journal.File{State: journal.FileStored, Learned: *learned}.Apply(&found, e.Stream)
		}
	}
	if found.ID == "" {
		return found, journal.ErrNotFound
	}
	return found, nil
}

// announce takes the file with the id for found, unless an earlier event has
// told of it.
func announce(found *sdk.Attachment, all []sdk.Attachment, id string) {
	for _, f := range all {
		if f.ID == id && found.ID == "" {
			*found = f
		}
	}
}
