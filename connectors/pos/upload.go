package pos

import (
	"bytes"
	"context"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// upload streams a file as multipart/form-data through a pipe, so that nothing
// reads body after end, whatever the HTTP client still does.
type upload struct {
	attachment sdk.Attachment
	body       io.Reader
	sent       bool
	reader     *io.PipeReader
	done       chan struct{}
	failed     error // of body; set once done is closed, or by request
}

// request makes the request and starts to feed it. Its length is told where the
// file's is: not every server and proxy takes a body of unknown length.
func (u *upload) request(ctx context.Context, address string) (*http.Request, error) {
	if err := u.rewind(); err != nil {
		return nil, err
	}
	body, size, err := httpx.Sized(u.body, u.attachment.Size)
	if err != nil {
		u.failed = err
		return nil, err
	}
	frame, err := u.frame()
	if err != nil {
		return nil, err
	}
	reader, writer := io.Pipe()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, reader)
	if err != nil {
		return nil, err
	}
	if size >= 0 {
		req.ContentLength = int64(len(frame.head)+len(frame.tail)) + size
	}
	req.Header.Set("Content-Type", frame.contentType)
	req.Header.Set("Accept", "application/json")
	u.reader, u.done, u.sent = reader, make(chan struct{}), true
	go func() {
		defer close(u.done)
		writer.CloseWithError(u.feed(writer, frame, body))
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

// frame is what stands around a file's bytes in a form.
type frame struct {
	contentType string
	head, tail  []byte
}

func (u *upload) frame() (frame, error) {
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
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if _, err := form.CreatePart(header); err != nil {
		return frame{}, err
	}
	size := b.Len()
	if err := form.Close(); err != nil {
		return frame{}, err
	}
	return frame{form.FormDataContentType(), b.Bytes()[:size], b.Bytes()[size:]}, nil
}

func (u *upload) feed(w io.Writer, f frame, src io.Reader) error {
	if _, err := w.Write(f.head); err != nil {
		return err
	}
	body := &watched{Reader: src}
	n, err := io.Copy(w, body)
	if err == nil && u.attachment.Size > 0 && n != u.attachment.Size {
		body.err = io.ErrUnexpectedEOF
		err = body.err
	}
	u.failed = body.err
	if err != nil {
		return err
	}
	_, err = w.Write(f.tail)
	return err
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
