package pos

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// OpenAttachment opens the file at the attachment's URL. The reader knows the
// file's name and media type (sdk.Named). A file on another host is Rejected:
// the platform's token is for the platform alone.
func (c *Connector) OpenAttachment(ctx context.Context, a sdk.Attachment) (io.ReadCloser, error) {
	const op = "open attachment"
	address, err := c.resolve(a.Locator)
	if err != nil {
		return nil, sdk.Errorf(sdk.Rejected, op, "%w", err)
	}
	resp, err := c.call(ctx, op, func(ctx context.Context) (*http.Request, error) {
		return http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	})
	if err != nil {
		return nil, err
	}
	if httpx.IsHTML(resp.Header, nil) && resp.Header.Get("Content-Disposition") == "" {
		resp.Body.Close()
		return nil, sdk.Errorf(sdk.Transient, op, "an HTML page instead of a file")
	}
	name, mediaType := httpx.Filename(resp.Header)
	return &file{resp.Body, name, mediaType}, nil
}

// file is an attachment's bytes with the name that the platform gave.
type file struct {
	io.ReadCloser
	name, mediaType string
}

// AttachmentName implements sdk.Named.
func (f *file) AttachmentName() (name, mediaType string) { return f.name, f.mediaType }

// resolve turns an attachment's URL, whole or relative, into one on the
// platform's host.
func (c *Connector) resolve(locator string) (string, error) {
	u, err := url.Parse(locator)
	if err != nil || locator == "" {
		return "", errors.New("attachment has no readable URL")
	}
	base := *c.cfg.base
	if !strings.HasSuffix(base.Path, "/") {
		base.Path += "/"
	}
	u = base.ResolveReference(u)
	switch {
	case u.Scheme != "http" && u.Scheme != "https", u.User != nil:
		return "", errors.New("attachment's URL is not a plain http or https address")
	case !strings.EqualFold(u.Hostname(), base.Hostname()), port(u) != port(&base) && u.Port() != base.Port():
		return "", errors.New("attachment lies on another host")
	case base.Scheme == "https" && u.Scheme != "https":
		return "", errors.New("attachment's URL is not encrypted while the platform's is")
	}
	return u.String(), nil
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// DeliverAttachment uploads a file; the receipt holds its id in the platform's
// storage, which the answer refers to. The storage knows no id of ours: a
// repeated upload leaves an unused file there and harms nothing. The bytes are
// streamed. A token that expires while they flow can be renewed only if body
// can seek; otherwise the failure is Transient, and the next try has a new token.
func (c *Connector) DeliverAttachment(ctx context.Context, _ sdk.Ref, a sdk.Attachment, body io.Reader) (sdk.Receipt, error) {
	const op = "upload file"
	up := &upload{attachment: a, body: body}
	defer up.end()
	resp, err := c.call(ctx, op, func(ctx context.Context) (*http.Request, error) {
		return up.request(ctx, c.cfg.address("file-storage-service", "filestorage"))
	})
	up.end() // body is the caller's again
	switch {
	case up.failed != nil:
		if resp != nil {
			resp.Body.Close()
		}
		return sdk.Receipt{}, sdk.Errorf(sdk.Transient, op, "file can't be read: %w", up.failed)
	case err != nil:
		return sdk.Receipt{}, err
	}
	var reply struct {
		ID identifier `json:"id"`
	}
	if err := httpx.ReadJSON(resp, maxReply, op, &reply); err != nil {
		return sdk.Receipt{}, err
	}
	if reply.ID == "" {
		return sdk.Receipt{}, sdk.Errorf(sdk.Invalid, op, "answer has no id")
	}
	return sdk.Receipt{Ref: sdk.Ref{Link: c.link, ID: string(reply.ID)}}, nil
}

// upload streams a file as multipart/form-data through a pipe, so that nothing
// reads body after end, whatever the HTTP client still does.
type upload struct {
	attachment sdk.Attachment
	body       io.Reader
	sent       bool
	reader     *io.PipeReader
	done       chan struct{}
	failed     error // of body; set once done is closed
}

// request makes the request and starts to feed it.
func (u *upload) request(ctx context.Context, address string) (*http.Request, error) {
	if err := u.rewind(); err != nil {
		return nil, err
	}
	reader, writer := io.Pipe()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, reader)
	if err != nil {
		return nil, err
	}
	form := multipart.NewWriter(writer)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Accept", "application/json")
	u.reader, u.done, u.sent = reader, make(chan struct{}), true
	go func() {
		defer close(u.done)
		writer.CloseWithError(u.feed(form))
	}()
	return req, nil
}

func (u *upload) rewind() error {
	u.end()
	if !u.sent {
		return nil
	}
	seeker, ok := u.body.(io.Seeker)
	if !ok {
		return sdk.Errorf(sdk.Transient, "", "token expired while the file was being sent")
	}
	if _, err := seeker.Seek(0, io.SeekStart); err != nil {
		return sdk.Errorf(sdk.Transient, "", "file can't be read again: %w", err)
	}
	return nil
}

func (u *upload) feed(form *multipart.Writer) error {
	header := textproto.MIMEHeader{}
	name := httpx.BaseName(u.attachment.Name)
	if name == "" {
		name = "file"
	}
	header.Set("Content-Disposition", multipart.FileContentDisposition("file", name))
	header.Set("Content-Type", "application/octet-stream")
	if kind, params, err := mime.ParseMediaType(u.attachment.MediaType); err == nil {
		header.Set("Content-Type", mime.FormatMediaType(kind, params))
	}
	part, err := form.CreatePart(header)
	if err != nil {
		return err
	}
	body := &watched{Reader: u.body}
	n, err := io.Copy(part, body)
	if err == nil && u.attachment.Size > 0 && n != u.attachment.Size {
		body.err = io.ErrUnexpectedEOF
		err = body.err
	}
	u.failed = body.err
	if err != nil {
		return err
	}
	return form.Close()
}

// end stops feeding and waits until nothing reads body.
func (u *upload) end() {
	if u.reader == nil {
		return
	}
	u.reader.Close()
	<-u.done
	u.reader = nil
}

// watched remembers why reading failed.
type watched struct {
	io.Reader
	err error
}

// Read is io.Reader's.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}
