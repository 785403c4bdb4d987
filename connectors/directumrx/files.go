package directumrx

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// DeliverAttachment stores a file as a version of the appeal's document. A
// version that bears the file's mark is not made again; one that was left without
// a body gets it.
func (c *Connector) DeliverAttachment(ctx context.Context, to sdk.Ref, a sdk.Attachment, body io.Reader) (sdk.Receipt, error) {
	const op = "deliver attachment"
	doc, err := strconv.ParseInt(to.ID, 10, 64)
	if err != nil || doc <= 0 || a.ID == "" {
		return sdk.Receipt{}, sdk.Errorf(sdk.Invalid, op, "reference is no id of a document, or the file has no id")
	}
	versions, err := c.versions(ctx, doc, c.cfg.profile.EntitySet)
	if err != nil {
		return sdk.Receipt{}, err
	}
	receipt := sdk.Receipt{Ref: sdk.Ref{Link: c.link, ID: to.ID}}
	lent := httpx.NewLent(body, a.Size)
	mark, note := noted(a)
	for _, v := range versions {
		if marked(v.note, mark) {
			return receipt, c.complete(ctx, doc, v.id, lent)
		}
	}
	return receipt, c.addVersion(ctx, doc, newVersion{note: note, number: nextNumber(versions), extension: extensionOf(a), body: lent})
}

// OpenAttachment opens the body of a version of an answer letter. Where the
// letter's application is not known the reader tells the file's name and type
// (sdk.Named) by its first bytes.
func (c *Connector) OpenAttachment(ctx context.Context, a sdk.Attachment) (io.ReadCloser, error) {
	const op = "open attachment"
	if ok, _ := regexp.MatchString(`^[\p{L}_][\p{L}\p{N}_]*\([0-9]+\)/Versions\([0-9]+\)$`, a.Locator); !ok {
		return nil, sdk.Errorf(sdk.Invalid, op, "locator is no address of a version")
	}
	f, err := c.openBody(ctx, op+" "+a.Locator, a.Locator)
	if err != nil {
		return nil, err
	}
	f.learn(a)
	return f, nil
}

// openBody opens a version's body: raw, or as {"Value": "<base64>"} where the
// server does not give it raw. One without bytes is NotFound.
func (c *Connector) openBody(ctx context.Context, op, locator string) (*file, error) {
	f, first := c.openForm(ctx, op, locator+"/Body/$value")
	if status := httpx.StatusOf(first); !refused(first) && status != http.StatusInternalServerError {
		return f, first
	}
	f, err := c.openForm(ctx, op, locator+"/Body")
	if refused(err) {
		return nil, first
	}
	return f, err
}

func (c *Connector) openForm(ctx context.Context, op, path string) (*file, error) {
	req, err := c.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/octet-stream, application/json, */*")
	resp, err := httpx.Do(c.http, req, op)
	if err != nil {
		return nil, err
	}
	f := &file{Closer: resp.Body, Reader: bufio.NewReader(resp.Body)}
	head, err := f.Peek(512)
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case len(head) == 0 && (err == nil || errors.Is(err, io.EOF)):
		err = &sdk.Error{Kind: sdk.NotFound, Op: op, Err: errNoBody}
	case len(head) == 0:
		err = sdk.Errorf(sdk.Transient, op, "body breaks off: %w", err)
	case httpx.IsHTML(resp.Header, nil):
		err = sdk.Errorf(sdk.Transient, op, "an HTML page instead of a file")
	case kind == "application/json":
		err = f.unwrap(op)
	default:
		return f, nil
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

var errNoBody = errors.New("version has no body")

// file is a body, and what its first bytes say of it.
type file struct {
	*bufio.Reader
	io.Closer
	name, mediaType string
}

// AttachmentName implements sdk.Named.
func (f *file) AttachmentName() (name, mediaType string) { return f.name, f.mediaType }

// unwrap turns the reader of {"Value": "<base64>"} into one of the bytes.
func (f *file) unwrap(op string) error {
	value, err := findValue(f.Reader)
	if err != nil {
		return sdk.Errorf(sdk.Invalid, op, "%w", err)
	}
	f.Reader = bufio.NewReader(base64.NewDecoder(base64.StdEncoding, value))
	if head, err := f.Peek(1); len(head) == 0 {
		if errors.Is(err, io.EOF) {
			return &sdk.Error{Kind: sdk.NotFound, Op: op, Err: errNoBody}
		}
		return sdk.Errorf(sdk.Invalid, op, "body is not base64")
	}
	return nil
}

// learn completes the name and type of a file that was announced without them.
func (f *file) learn(a sdk.Attachment) {
	if a.MediaType != "" {
		return
	}
	head, _ := f.Peek(512) // what there is will do
	f.mediaType, _, _ = mime.ParseMediaType(http.DetectContentType(head))
	if ext := extensions()[f.mediaType]; ext != "" && a.Name != "" && cleanExtension(extensionOf(a)) == "" {
		f.name = httpx.BaseName(a.Name + "." + ext)
	}
}
