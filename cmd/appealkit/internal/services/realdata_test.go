//go:build services

package services

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

func TestPostgres(t *testing.T) {
	s := start(t, Config{Only: []string{Postgres}})
	query(t, s, "CREATE TABLE t (n int)")
	query(t, s, "INSERT INTO t VALUES (1)")
	must(t, s.Postgres.Kill())
	must(t, s.Postgres.Start(t.Context()))
	query(t, s, "INSERT INTO t VALUES (2)")

	conn, err := pgx.Connect(t.Context(), s.PostgresURL())
	must(t, err)
	must(t, s.Postgres.Freeze())
	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := conn.Exec(short, "SELECT 1"); err == nil {
		t.Error("a frozen server answers on an open connection")
	}
	must(t, s.Postgres.Thaw())
	must(t, s.Postgres.Restart(t.Context()))
	must(t, s.Postgres.Freeze())
	must(t, s.Down(t.Context())) // frozen or not
	up(t, s)
	conn, err = pgx.Connect(t.Context(), s.PostgresURL())
	must(t, err)
	defer conn.Close(t.Context())
	var sum int
	must(t, conn.QueryRow(t.Context(), "SELECT sum(n) FROM t").Scan(&sum))
	if sum != 3 {
		t.Errorf("sum %d, want 3", sum)
	}
	if _, err := pgx.Connect(t.Context(), strings.Replace(s.PostgresURL(), ":", ":x", 2)); err == nil {
		t.Error("a wrong password was taken")
	}
}

func query(t *testing.T, s *Services, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.PostgresURL())
	must(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), sql)
	must(t, err)
}

func TestS3(t *testing.T) {
	s := start(t, Config{Only: []string{S3}})
	content := bytes.Repeat([]byte("appeal "), 1<<20)
	_, err := bucketOf(t, s).PutObject(t.Context(), bucket, "a/b", bytes.NewReader(content), -1, minio.PutObjectOptions{PartSize: 5 << 20})
	must(t, err)
	must(t, s.S3.Kill())
	must(t, s.S3.Start(t.Context()))
	must(t, s.S3.Restart(t.Context()))
	object, err := bucketOf(t, s).GetObject(t.Context(), bucket, "a/b", minio.GetObjectOptions{})
	must(t, err)
	got, err := io.ReadAll(object)
	must(t, err)
	if !bytes.Equal(got, content) {
		t.Errorf("%d bytes came back of %d", len(got), len(content))
	}
}

// bucketOf is a client made of what Env tells.
func bucketOf(t *testing.T, s *Services) *minio.Client {
	t.Helper()
	where, err := url.Parse(s.S3URL())
	must(t, err)
	endpoint, err := url.Parse(where.Query().Get("endpoint"))
	must(t, err)
	access, key, err := s.S3Credentials()
	must(t, err)
	c, err := minio.New(endpoint.Host, &minio.Options{Creds: credentials.NewStaticV4(access, key, ""), Region: where.Query().Get("region")})
	must(t, err)
	return c
}
