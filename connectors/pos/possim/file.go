package possim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// keptBytes bounds what is kept of an uploaded file; of longer ones only size
// and digest are.
const keptBytes = 64 << 10

// stored is a file of an item's, or one that was uploaded.
type stored struct {
	id          string
	name        string
	mediaType   string
	disposition string // in place of the one made of name
	gone        bool
	size        int64
	sha256      string
	content     []byte // nil: made from id, or not kept
	made        bool
	opened      int
}

// bytes returns the file's content; a made one is never held in memory.
func (f *stored) bytes(seed uint64) io.Reader {
	if !f.made {
		return bytes.NewReader(f.content)
	}
	var key [32]byte
	random := simkit.Rand(seed, "file "+f.id)
	for i := range key {
		key[i] = byte(random.UintN(256))
	}
	return io.LimitReader(rand.NewChaCha8(key), f.size)
}

func (s *Sim) newKey() string {
	s.lastKey++
	return strconv.FormatInt(s.lastKey, 10)
}

// download serves a file of an item's, or an uploaded one that was kept.
func (s *Sim) download(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f := s.files[r.PathValue("id")]
	if f == nil {
		f = s.uploads[r.PathValue("id")]
	}
	if f != nil {
		f.opened++
	}
	missing := f == nil || f.gone || !f.made && int64(len(f.content)) != f.size
	s.mu.Unlock()
	if missing {
		simkit.Refuse(w, http.StatusNotFound, "Файл не найден")
		return
	}
	disposition := f.disposition
	if disposition == "" {
		disposition = `attachment; filename="` + strings.ReplaceAll(f.name, `"`, `\"`) + `"; filename*=UTF-8''` + url.PathEscape(f.name)
	}
	w.Header().Set("Content-Disposition", disposition)
	w.Header().Set("Content-Type", f.mediaType)
	w.Header().Set("Content-Length", strconv.FormatInt(f.size, 10))
	_, _ = io.Copy(w, f.bytes(s.cfg.Seed)) // a client that left is no failure of the platform's
}

// upload takes the multipart part "file" as it streams in.
func (s *Sim) upload(w http.ResponseWriter, r *http.Request) {
	parts, err := r.MultipartReader()
	if err != nil {
		simkit.Refuse(w, http.StatusBadRequest, "Ожидается multipart/form-data")
		return
	}
	var f *stored
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && part.FormName() == "file" {
			f, err = receive(part)
		}
		if err != nil {
			simkit.Refuse(w, http.StatusBadRequest, "Файл не получен полностью")
			return
		}
	}
	if f == nil {
		simkit.Refuse(w, http.StatusBadRequest, "Нет части file")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f.id = s.newKey()
	s.uploads[f.id] = f
	n, _ := strconv.ParseInt(f.id, 10, 64)
	simkit.WriteJSON(w, http.StatusOK, map[string]int64{"id": n})
}

func receive(part *multipart.Part) (*stored, error) {
	digest := &digester{hash: sha256.New()}
	if _, err := io.Copy(digest, part); err != nil {
		return nil, err
	}
	f := &stored{name: part.FileName(), mediaType: part.Header.Get("Content-Type"), size: digest.size, sha256: hex.EncodeToString(digest.hash.Sum(nil))}
	if digest.size <= keptBytes {
		f.content = digest.start
	}
	return f, nil
}

// digester keeps the size, the digest and the beginning of what is written.
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
