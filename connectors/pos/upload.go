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

// upload streams a file as multipart/form-data.
type upload struct {
	attachment sdk.Attachment
	body       io.Reader
	lent       *httpx.Lent // body, to the last request; nil before the first
}

// request makes the request. Its length is told where the file's is: not every
// server and proxy takes a body of unknown length.
func (u *upload) request(ctx context.Context, address string) (*http.Request, error) {
	if err := u.rewind(); err != nil {
		return nil, err
	}
	u.lent = httpx.NewLent(u.body, u.attachment.Size)
	body, size, err := u.lent.Sized()
	if err != nil {
		return nil, err
	}
	frame, err := u.frame()
	if err != nil {
		return nil, err
	}
	form := io.MultiReader(bytes.NewReader(frame.head), body, bytes.NewReader(frame.tail))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, form)
	if err != nil {
		return nil, err
	}
	if size >= 0 {
		req.ContentLength = int64(len(frame.head)+len(frame.tail)) + size
	}
	req.Header.Set("Content-Type", frame.contentType)
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// rewind takes body back from the request before, if there was one, and goes to
// its start.
func (u *upload) rewind() error {
	if u.lent == nil {
		return nil
	}
	u.lent.End()
	seeker, ok := u.body.(io.Seeker)
	if !ok {
		return sdk.Errorf(sdk.Transient, "", "token expired while the file was being sent")
	}
	if _, err := seeker.Seek(0, io.SeekStart); err != nil {
		return sdk.Errorf(sdk.Transient, "", "file can't be read again: %w", err)
	}
	return nil
}

// end takes body back: it is the caller's again. It returns why it could not be
// read, if so.
func (u *upload) end() error {
	if u.lent == nil {
		return nil
	}
	return u.lent.End()
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
