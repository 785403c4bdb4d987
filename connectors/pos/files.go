package pos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// OpenAttachment opens the file at the attachment's URL. The reader knows the
// file's name and media type (sdk.Named). A file on a host that is neither the
// platform's nor named by the option file_hosts is Unsupported until the option names
// it: the token is for the platform alone.
func (c *Connector) OpenAttachment(ctx context.Context, a sdk.Attachment) (io.ReadCloser, error) {
	const op = "open attachment"
	address, err := c.resolve(a.Locator)
	if errors.Is(err, errForeign) {
		return nil, sdk.Errorf(sdk.Unsupported, op, "%w", err)
	}
	if err != nil {
		return nil, sdk.Errorf(sdk.Rejected, op, "%w", err)
	}
	resp, err := c.call(ctx, op, func(ctx context.Context) (*http.Request, error) {
		return http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	})
	switch {
	case errors.Is(err, httpx.ErrMalformed): // the file's own name, most likely: it stays so
		return nil, sdk.Errorf(sdk.Invalid, op, "%w", httpx.ErrMalformed)
	case err != nil:
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
	case !c.cfg.ownHost(u, &base):
		return "", fmt.Errorf("%w (%s)", errForeign, u.Host)
	case base.Scheme == "https" && u.Scheme != "https":
		return "", errors.New("attachment's URL is not encrypted while the platform's is")
	}
	u.RawQuery = escaped(u.RawQuery)
	return u.String(), nil
}

var errForeign = errors.New("attachment lies on another host; option file_hosts names those that may be given the platform's token")

// escaped is a query without the bytes that no request line may have.
func escaped(query string) string {
	var b strings.Builder
	for i := range len(query) {
		if c := query[i]; c > ' ' && c < 0x7f {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// ownHost reports whether a file's host may be given the token: the platform's
// own, at the same port, or one of the option file_hosts. This machine is one
// host by whatever name it is called.
func (c config) ownHost(u, base *url.URL) bool {
	if slices.ContainsFunc(c.fileHosts, func(host string) bool { return strings.EqualFold(host, u.Host) }) {
		return true
	}
	same := strings.EqualFold(u.Hostname(), base.Hostname()) || loopback(u.Hostname()) && loopback(base.Hostname())
	return same && (port(u) == port(base) || u.Port() == base.Port())
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
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
	resp, err := c.call(ctx, op, func(ctx context.Context) (*http.Request, error) {
		return up.request(ctx, c.cfg.address("file-storage-service", "filestorage"))
	})
	if failed := up.end(); failed != nil {
		if resp != nil {
			resp.Body.Close()
		}
		return sdk.Receipt{}, sdk.Errorf(sdk.Transient, op, "file can't be read: %w", failed)
	}
	if err != nil {
		return sdk.Receipt{}, err
	}
	var reply struct {
		ID fileID `json:"id"`
	}
	if err := httpx.ReadJSON(resp, maxReply, op, &reply); err != nil {
		return sdk.Receipt{}, err
	}
	if reply.ID == "" {
		return sdk.Receipt{}, sdk.Errorf(sdk.Invalid, op, "answer has no id")
	}
	return sdk.Receipt{Ref: sdk.Ref{Link: c.link, ID: string(reply.ID)}}, nil
}
