package spool

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// BucketAddress is where a bucket of an S3 server lies.
type BucketAddress struct {
	Bucket   string
	Endpoint string // host:port
	TLS      bool
	Region   string
	Prefix   string // before the objects' names
	Access   string // empty: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment
	Secret   string
}

// BucketForm is how an address is written.
const BucketForm = "s3://ACCESS:${S3_SECRET}@bucket?endpoint=https://s3.example:9000&region=us-east-1"

// ParseBucket reads s3://access:secret@bucket?endpoint=…&region=…&prefix=…. The
// error says what is wrong and quotes no secret.
func ParseBucket(address string) (BucketAddress, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return BucketAddress{}, errors.New("is no address of a bucket: write " + BucketForm)
	}
	a := BucketAddress{Bucket: u.Host, Region: "us-east-1", TLS: true}
	if u.User != nil {
		a.Access = u.User.Username()
		a.Secret, _ = u.User.Password()
		if a.Access == "" || a.Secret == "" {
			return a, errors.New("has one half of the credentials: write both, access:secret, before the @")
		}
	}
	if u.User == nil && strings.Contains(u.RawQuery, "@") { // the ? is the secret's own
		return a, errors.New("has an @ behind its ?: write ? in the secret as %3F")
	}
	for name, values := range u.Query() {
		switch v := values[0]; {
		case len(values) > 1 || v == "":
			return a, fmt.Errorf("parameter %s stands twice, or has no value", name)
		case name == "endpoint":
			at, err := url.Parse(v)
			if err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" || strings.Trim(at.Path, "/") != "" {
				return a, errors.New("parameter endpoint is not of the form https://host:port")
			}
			a.Endpoint, a.TLS = at.Host, at.Scheme == "https"
		case name == "region":
			a.Region = v
		case name == "prefix":
			a.Prefix = strings.TrimSuffix(v, "/") + "/"
		default:
			return a, fmt.Errorf("parameter %q is not known: endpoint, region, prefix are", name)
		}
	}
	if a.Endpoint == "" {
		return a, errors.New("parameter endpoint is missing: write endpoint=https://host:port")
	}
	return a, nil
}

// bucket keeps files as objects named by their digests.
type bucket struct {
	at     BucketAddress
	client *minio.Client
}

// The bounds of work with the server: of a question, and of the time until an
// answer begins. A file itself may take longer.
const (
	askTime    = 15 * time.Second
	answerTime = 30 * time.Second
	partSize   = 16 << 20 // bytes of a part of a large file; parts are read from the disk, not held
)

// OpenBucket opens the spool in a bucket, which must be there. What is put lies in
// dir until it is sent. The error says what to do.
func OpenBucket(ctx context.Context, dir string, at BucketAddress) (*Spool, error) {
	b, err := newBucket(at)
	if err != nil {
		return nil, err
	}
	s := &Spool{dir: dir, create: createTemp, bucket: b}
	if err := os.MkdirAll(s.tmp(), 0o700); err != nil {
		return nil, onDisk("make folder", err)
	}
	if err := s.sweep(time.Now().Add(-staleAfter)); err != nil {
		return nil, onDisk("remove stale uploads", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*askTime)
	defer cancel()
	if err := b.there(ctx); err != nil {
		return nil, err
	}
	s.id, err = b.name(ctx)
	return s, err
}

// CheckBucket reports why a bucket can't be used. It changes nothing.
func CheckBucket(ctx context.Context, at BucketAddress) error {
	b, err := newBucket(at)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	return b.there(ctx)
}

func newBucket(at BucketAddress) (*bucket, error) {
	keys := credentials.NewEnvAWS()
	if at.Access != "" {
		keys = credentials.NewStaticV4(at.Access, at.Secret, "")
	}
	transport, err := minio.DefaultTransport(at.TLS)
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	transport.ResponseHeaderTimeout = answerTime
	client, err := minio.New(at.Endpoint, &minio.Options{Creds: keys, Secure: at.TLS, Region: at.Region, Transport: transport, BucketLookup: minio.BucketLookupAuto, MaxRetries: 3})
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	return &bucket{at: at, client: client}, nil
}

// there reports why the bucket can't be used.
func (b *bucket) there(ctx context.Context) error {
	ok, err := b.client.BucketExists(ctx, b.at.Bucket)
	switch {
	case err != nil:
		return b.failed("look for the bucket", err)
	case !ok:
		return &BucketError{What: "there is no bucket " + b.at.Bucket, Remedy: "make it, or correct spool"}
	}
	return nil
}

// BucketError says why a bucket can't be used, and what to do.
type BucketError struct {
	What        string
	Remedy      string
	Unreachable bool
	Closed      bool // the whole bucket is refused, or gone: no file can be had or kept
	Err         error
}

// Error tells what, why and the remedy in one line.
func (e *BucketError) Error() string {
	if e.Err == nil {
		return "spool: " + e.What + "; " + e.Remedy
	}
	return fmt.Sprintf("spool: %s (%v); %s", e.What, e.Err, e.Remedy)
}

// Unwrap returns the cause.
func (e *BucketError) Unwrap() error { return e.Err }

// Is makes it an ErrUnavailable.
func (e *BucketError) Is(target error) bool { return target == ErrUnavailable }

// failed makes an error of the server's. Nothing of it holds a key.
func (b *bucket) failed(doing string, err error) error {
	answer := minio.ToErrorResponse(err)
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("spool: %s: %w", doing, err)
	case answer.Code == "NoSuchKey":
		return ErrNotFound
	case answer.StatusCode == http.StatusInsufficientStorage || answer.Code == "XMinioStorageFull" || answer.Code == "QuotaExceeded":
		return fmt.Errorf("spool: %s: %w", doing, ErrFull)
	case answer.StatusCode == http.StatusForbidden || answer.StatusCode == http.StatusUnauthorized:
		return &BucketError{What: "the server refuses the credentials, or the right to " + doing, Remedy: "correct the keys in spool, or allow it on the bucket", Err: errors.New(answer.Code)}
	case answer.StatusCode == 0:
		return &BucketError{What: "the server does not answer", Remedy: "see that it runs and that spool names its endpoint", Unreachable: true, Err: err}
	}
	return &BucketError{What: "can't " + doing, Remedy: "see the server's log", Unreachable: answer.StatusCode >= 500, Err: errors.New(answer.Code)}
}

// closed tells the refusal of one file from that of all by asking for the bucket.
func (b *bucket) closed(ctx context.Context, err error) error {
	var told *BucketError
	if errors.As(err, &told) && !told.Unreachable {
		ok, asked := b.client.BucketExists(ctx, b.at.Bucket)
		told.Closed = !ok || asked != nil
	}
	return err
}

// key spreads objects as the folder does.
func (b *bucket) key(sha256 string) string {
	return b.at.Prefix + "sha256/" + sha256[:2] + "/" + sha256[2:4] + "/" + sha256
}

// name reads the spool's id, or gives it one. Of several that do so at once one is
// first where the server takes conditions; the object is read again in any case.
func (b *bucket) name(ctx context.Context) (string, error) {
	key := b.at.Prefix + "id"
	if id, err := b.text(ctx, key); !errors.Is(err, ErrNotFound) {
		return id, err
	}
	id := rand.Text()
	options := minio.PutObjectOptions{ContentType: "text/plain"}
	options.SetMatchETagExcept("*")
	_, err := b.client.PutObject(ctx, b.at.Bucket, key, strings.NewReader(id), int64(len(id)), options)
	if err != nil && minio.ToErrorResponse(err).StatusCode != http.StatusPreconditionFailed {
		return "", b.failed("name the spool", err)
	}
	return b.text(ctx, key)
}

// text reads a short object.
func (b *bucket) text(ctx context.Context, key string) (string, error) {
	o, err := b.client.GetObject(ctx, b.at.Bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return "", b.failed("read a note", err)
	}
	defer o.Close()
	raw, err := io.ReadAll(io.LimitReader(o, maxNote))
	if err != nil {
		return "", b.failed("read a note", err)
	}
	return string(raw), nil
}

// put sends a finished file, unless the bucket has it whole since a little while.
func (b *bucket) put(ctx context.Context, path string, o Object) error {
	is, err := b.client.StatObject(ctx, b.at.Bucket, b.key(o.SHA256), minio.StatObjectOptions{})
	if err == nil && is.Size == o.Size && time.Since(is.LastModified) < fresh {
		return nil
	}
	options := minio.PutObjectOptions{ContentType: "application/octet-stream", PartSize: partSize, NumThreads: 2}
	if _, err := b.client.FPutObject(ctx, b.at.Bucket, b.key(o.SHA256), path, options); err != nil {
		return b.closed(ctx, b.failed("store a file", err))
	}
	return nil
}

func (b *bucket) stat(ctx context.Context, sha256 string) (Object, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	info, err := b.client.StatObject(ctx, b.at.Bucket, b.key(sha256), minio.StatObjectOptions{})
	if err != nil {
		return Object{}, b.failed("look up a file", err)
	}
	return Object{SHA256: sha256, Size: info.Size}, nil
}

// keptAt is the member of an object's metadata that says when it was kept last.
const keptAt = "Kept"

// since is when an object was put or kept last: of a copy onto itself not every server
// says so by the time of its last change.
func since(info minio.ObjectInfo) time.Time {
	kept, err := time.Parse(time.RFC3339, info.UserMetadata[keptAt])
	if err == nil && kept.After(info.LastModified) {
		return kept
	}
	return info.LastModified
}

// keep makes an object young by a copy of it onto itself.
func (b *bucket) keep(ctx context.Context, sha256 string) (Object, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	info, err := b.client.StatObject(ctx, b.at.Bucket, b.key(sha256), minio.StatObjectOptions{})
	if err != nil {
		return Object{}, b.failed("look up a file", err)
	}
	if time.Since(since(info)) > fresh {
		from := minio.CopySrcOptions{Bucket: b.at.Bucket, Object: b.key(sha256)}
		to := minio.CopyDestOptions{Bucket: b.at.Bucket, Object: b.key(sha256), ReplaceMetadata: true, UserMetadata: map[string]string{
			"Content-Type": "application/octet-stream", keptAt: time.Now().UTC().Format(time.RFC3339)}}
		if _, err := b.client.CopyObject(ctx, to, from); err != nil {
			return Object{}, b.failed("keep a file", err)
		}
	}
	return Object{SHA256: sha256, Size: info.Size}, nil
}

// open begins to read a file.
func (b *bucket) open(ctx context.Context, sha256 string) (io.ReadCloser, int64, error) {
	o, err := b.client.GetObject(ctx, b.at.Bucket, b.key(sha256), minio.GetObjectOptions{})
	if err != nil {
		return nil, 0, b.failed("read a file", err)
	}
	info, err := o.Stat()
	if err != nil {
		o.Close()
		return nil, 0, b.closed(ctx, b.failed("read a file", err))
	}
	return o, info.Size, nil
}
