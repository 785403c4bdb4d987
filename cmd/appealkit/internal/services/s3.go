package services

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// The bucket that is made, and the region the server answers to.
const (
	bucket = "appealhub"
	region = "us-east-1"
)

// s3Kind runs versitygw over a folder.
type s3Kind struct{ s *Services }

func (s *Services) gateway() string {
	return filepath.Join(s.cfg.Cache, "versitygw-"+s.pins.VersityGW, "versitygw")
}

func (k s3Kind) prepare(_ context.Context, rec record) error { return os.MkdirAll(rec.Data, 0o700) }

func (k s3Kind) launch(rec record) (launch, error) {
	l := launch{program: k.s.gateway(), dir: filepath.Dir(rec.Data), stop: syscall.SIGTERM, args: []string{
		"--port", rec.Address, "--region", region, "--quiet", "posix", rec.Data,
	}}
	access, key, err := k.s.S3Credentials()
	l.env = []string{"ROOT_ACCESS_KEY=" + access, "ROOT_SECRET_KEY=" + key}
	return l, err
}

// ready asks for the bucket, and makes it where it is missing.
func (k s3Kind) ready(ctx context.Context, rec record) error {
	access, key, err := k.s.S3Credentials()
	if err != nil {
		return err
	}
	client, err := minio.New(rec.Address, &minio.Options{Creds: credentials.NewStaticV4(access, key, ""), Region: region, MaxRetries: 1})
	if err != nil {
		return err
	}
	if err := dialed(ctx, rec.Address); err != nil {
		return err
	}
	there, err := client.BucketExists(ctx, bucket)
	if err != nil || there {
		return err
	}
	return client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{Region: region})
}

// S3Credentials are the keys to the folder's own S3 server.
func (s *Services) S3Credentials() (access, key string, err error) {
	if access, err = secret(s.path(S3, "access-key")); err == nil {
		key, err = secret(s.path(S3, "secret-key"))
	}
	if err != nil {
		return "", "", fmt.Errorf("credentials of the S3 server: %w", err)
	}
	return access, key, nil
}
