package directumrxsim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// keptBytes bounds what is kept of an uploaded body; of longer ones size, digest
// and the beginning are, and zeros are given back for the rest.
const keptBytes = 64 << 10

// body is a version's content.
type body struct {
	content []byte // or its beginning
	size    int64
	sha256  string
	made    string // not empty: made by the seed and this name, never held in memory
	writes  int    // times it was written
}

func (b *body) kept() bool { return b.made == "" && int64(len(b.content)) == b.size }

func (b *body) open(seed uint64) io.Reader {
	if b.made == "" {
		return io.LimitReader(io.MultiReader(bytes.NewReader(b.content), zeros{}), b.size)
	}
	var key [32]byte
	random := simkit.Rand(seed, b.made)
	for i := range key {
		key[i] = byte(random.UintN(256))
	}
	return io.LimitReader(rand.NewChaCha8(key), b.size)
}

// zeros never ends.
type zeros struct{}

// Read is io.Reader's.
func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// receive reads a body to its end and keeps what is to be kept.
func receive(from io.Reader) (*body, error) {
	d := &digester{hash: sha256.New()}
	if _, err := io.Copy(d, from); err != nil {
		return nil, err
	}
	return &body{content: d.start, size: d.size, sha256: hex.EncodeToString(d.hash.Sum(nil))}, nil
}

type digester struct {
	hash  hash.Hash
	size  int64
	start []byte
}

// Write is io.Writer's.
func (d *digester) Write(p []byte) (int, error) {
	d.size += int64(len(p))
	if room := keptBytes - len(d.start); room > 0 {
		d.start = append(d.start, p[:min(room, len(p))]...)
	}
	return d.hash.Write(p)
}

// onBody serves Versions(n)/Body, which takes {"Value":"<base64>"} or a stream,
// and Versions(n)/Body/$value, the stream itself.
func (s *Sim) onBody(w http.ResponseWriter, r *http.Request, t *entityType, id, vid int64, rest []segment) error {
	stream := len(rest) == 1 && rest[0] == segment{name: "$value"}
	if len(rest) > 0 && !stream || len(rest) == 0 && r.Method == http.MethodGet {
		return missing(r.URL.Path)
	}
	s.mu.RLock()
	_, version, err := s.rowOf(t, id, "Versions", vid)
	s.mu.RUnlock()
	if err != nil {
		return err
	}
	take := func() error { return s.takeBody(w, r, t, id, version, stream) }
	if stream {
		return allow(w, r, map[string]func() error{"PUT": take, "GET": func() error { return s.giveBody(w, version) }})
	}
	return allow(w, r, map[string]func() error{"POST": take, "PATCH": take})
}

func (s *Sim) takeBody(w http.ResponseWriter, r *http.Request, t *entityType, id int64, version *entity, stream bool) error {
	from := io.Reader(r.Body)
	if raw := strings.HasPrefix(r.Header.Get("Content-Type"), "application/octet-stream"); !raw {
		if stream {
			return refuse(http.StatusUnsupportedMediaType, "Ожидается заголовок Content-Type: application/octet-stream")
		}
		if err := wants(r, "application/json"); err != nil {
			return err
		}
		from = newValueReader(r.Body)
	}
	taken, err := receive(from)
	if err != nil {
		return bad("Тело не прочитано: %v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if version.body != nil {
		taken.writes = version.body.writes
	}
	taken.writes++
	version.body = taken
	now := s.now()
	s.set(version, nil, now)
	if e := s.find(t, id); e != nil {
		s.set(e, nil, now)
		s.noticeBody(e, taken)
	}
	if r.Method != http.MethodPost {
		w.Header().Set("OData-Version", "4.0")
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	path := fmt.Sprintf("%s(%d)/Versions(%d)/Body", t.set, id, version.id)
	created(w, r, root+"/"+path, envelope(path+"/$entity", fmt.Appendf(nil, `{"Id":%d}`, version.id)), false)
	return nil
}

func (s *Sim) giveBody(w http.ResponseWriter, version *entity) error {
	s.mu.RLock()
	b := version.body
	s.mu.RUnlock()
	if b == nil {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.FormatInt(b.size, 10))
	_, _ = io.Copy(w, b.open(s.cfg.Seed)) // a client that left is no failure of the stand's
	return nil
}
