package possim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// fixture is an item with its files and what its applicant will do.
type fixture struct {
	Name      string    `json:"name"`
	Item      members   `json:"item"`
	Raw       string    `json:"raw"` // served verbatim in place of the item, whose id is still needed
	Files     []newFile `json:"files"`
	Applicant applicant `json:"applicant"`
}

// newFile is a file's content, given in one of three ways.
type newFile struct {
	Name        string `json:"name"`
	MediaType   string `json:"media_type"`   // default application/octet-stream
	Content     []byte `json:"content"`      // base64
	ContentText string `json:"content_text"` // UTF-8
	Size        int64  `json:"size"`         // so many bytes, made by the seed
	Disposition string `json:"disposition"`  // the Content-Disposition header, verbatim
	Gone        bool   `json:"gone"`         // answers 404
}

func (s *Sim) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /_sim/items", s.addItems)
	mux.HandleFunc("POST /_sim/seed", s.seed)
	mux.HandleFunc("GET /_sim/items", s.showItems)
	mux.HandleFunc("GET /_sim/items/{id}", func(w http.ResponseWriter, r *http.Request) { s.change(w, r, func(*record) {}) })
	mux.HandleFunc("POST /_sim/items/{id}/revise", s.revise)
	mux.HandleFunc("POST /_sim/items/{id}/rework", s.reworkNow)
	mux.HandleFunc("POST /_sim/items/{id}/rate", s.rateNow)
	mux.HandleFunc("GET /_sim/summary", s.showSummary)
	mux.HandleFunc("GET /_sim/uploads", s.showUploads)
	mux.HandleFunc("POST /_sim/tokens/revoke", s.revoke)
	return mux
}

// addItems takes one fixture or a list of them, all or none.
func (s *Sim) addItems(w http.ResponseWriter, r *http.Request) {
	var body json.RawMessage
	if !simkit.ReadJSON(w, r, &body) {
		return
	}
	fixtures := make([]fixture, 1)
	into := any(&fixtures[0])
	if bytes.HasPrefix(body, []byte("[")) {
		into = &fixtures
	}
	if err := json.Unmarshal(body, into); err != nil {
		simkit.Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addAll(w, fixtures)
}

func (s *Sim) addAll(w http.ResponseWriter, fixtures []fixture) {
	taken := map[string]bool{}
	for i := range fixtures {
		id, err := s.check(&fixtures[i], taken)
		if err != nil {
			simkit.Refuse(w, http.StatusBadRequest, fmt.Sprintf("items/%d: %v", i, err))
			return
		}
		taken[id] = true
	}
	ids := make([]string, len(fixtures))
	for i, f := range fixtures {
		ids[i] = s.add(f)
	}
	simkit.WriteJSON(w, http.StatusCreated, map[string]any{"ids": ids})
}

// check gives an item without one an id and names what is wrong with the others.
func (s *Sim) check(f *fixture, taken map[string]bool) (string, error) {
	if f.Item == nil {
		return "", errors.New("item: is missing")
	}
	if f.Applicant.Rate < 0 || f.Applicant.Rate > 5 {
		return "", errors.New("applicant.rate: want 1 to 5")
	}
	if err := f.checkFiles(); err != nil {
		return "", err
	}
	if f.Item["id"] == nil {
		s.lastID++
		f.Item.set("id", s.lastID)
	}
	id := plainID(f.Item["id"])
	if s.byID[id] != nil || taken[id] {
		return "", fmt.Errorf("item.id: %s is there already", id)
	}
	return id, nil
}

func (f *fixture) checkFiles() error {
	for i, file := range f.Files {
		if file.Size < 0 || file.Size > simkit.MaxFile {
			return fmt.Errorf("files/%d.size: want 0 to %d", i, simkit.MaxFile)
		}
	}
	return nil
}

func (s *Sim) add(f fixture) string {
	if f.Item["createdAt"] == nil {
		f.Item.set("createdAt", s.kit.Clock.Now().Truncate(time.Second))
	}
	item := &record{
		id: plainID(f.Item["id"]), index: len(s.items), name: f.Name, members: f.Item, raw: f.Raw,
		script: f.Applicant, version: 1, round: 1,
	}
	s.attach(item, f.Files)
	s.items = append(s.items, item)
	s.byID[item.id] = item
	s.waiting++
	return item.id
}

func (s *Sim) attach(item *record, files []newFile) {
	for _, n := range files {
		f := &stored{
			id: s.newKey(), name: n.Name, mediaType: n.MediaType, disposition: n.Disposition, gone: n.Gone,
			content: slices.Concat(n.Content, []byte(n.ContentText)),
		}
		if f.mediaType == "" {
			f.mediaType = "application/octet-stream"
		}
		f.size = int64(len(f.content))
		if f.size == 0 && n.Size > 0 {
			f.made, f.size = true, n.Size
		}
		digest := sha256.New()
		_, _ = io.Copy(digest, f.bytes(s.cfg.Seed)) // neither side can fail
		f.sha256 = hex.EncodeToString(digest.Sum(nil))
		s.files[f.id] = f
		item.files = append(item.files, f)
	}
}

// reply makes an answer while the lock is held and writes it after, so that a
// slow reader holds up nobody.
func (s *Sim) reply(w http.ResponseWriter, status int, answer func() any) {
	s.mu.Lock()
	body, err := json.Marshal(answer())
	s.mu.Unlock()
	if err != nil {
		simkit.Refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	simkit.WriteRaw(w, status, body)
}

// change finds the item, does something to it and answers with its state.
func (s *Sim) change(w http.ResponseWriter, r *http.Request, do func(*record)) {
	s.mu.Lock()
	item := s.byID[r.PathValue("id")]
	s.mu.Unlock()
	if item == nil {
		simkit.Refuse(w, http.StatusNotFound, "no such item")
		return
	}
	s.reply(w, http.StatusOK, func() any {
		do(item)
		return s.state(item)
	})
}

func (s *Sim) revise(w http.ResponseWriter, r *http.Request) {
	var in fixture
	if !simkit.ReadJSON(w, r, &in) {
		return
	}
	if err := in.checkFiles(); err != nil {
		simkit.Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	s.change(w, r, func(item *record) {
		for name, value := range in.Item {
			if name != "id" {
				item.members[name] = value
			}
		}
		s.attach(item, in.Files)
		s.wait(item)
	})
}

func (s *Sim) reworkNow(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Reason string `json:"reason"`
	}
	if simkit.ReadJSON(w, r, &in) {
		s.change(w, r, func(item *record) { s.askRework(item, in.Reason, s.kit.Clock.Now()) })
	}
}

func (s *Sim) rateNow(w http.ResponseWriter, r *http.Request) {
	var in rating
	if !simkit.ReadJSON(w, r, &in) {
		return
	}
	if in.Value < 1 || in.Value > 5 {
		simkit.Refuse(w, http.StatusBadRequest, "value: want 1 to 5, not "+strconv.Itoa(in.Value))
		return
	}
	s.change(w, r, func(item *record) { s.rate(item, in.Value, in.Comment, s.kit.Clock.Now()) })
}
