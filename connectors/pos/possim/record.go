package possim

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// members are an item's members as they go over the wire, each verbatim.
type members map[string]json.RawMessage

func (m members) set(name string, v any) {
	raw, err := json.Marshal(v)
	if err != nil { // only texts, numbers and times are set
		raw = []byte("null")
	}
	m[name] = raw
}

// record is one appeal and what became of it.
type record struct {
	id                   string
	index                int
	name                 string // of the fixture
	members              members
	raw                  string // served in place of members
	files                []*stored
	script               applicant
	version              int // of the content, from 1
	shown                int // the newest version that was served
	accepted             bool
	round                int // of consideration, from 1
	closed               bool
	acceptedAt, servedAt []time.Time
	served, accepts      int
	answers              []*answer
	reworks              []rework
	ratings              []rating
}

type rework struct {
	Number    int       `json:"number"`
	Reason    string    `json:"reason"`
	CreatedAt time.Time `json:"createdAt"`
}

type rating struct {
	Value     int       `json:"value"`
	Comment   string    `json:"comment,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
}

// write appends the item as it is served to a client that knows the platform as
// base.
func (r *record) write(out *bytes.Buffer, base string) {
	if r.raw != "" {
		out.WriteString(r.raw)
		return
	}
	all := maps.Clone(r.members)
	if len(r.files) > 0 {
		var urls []string
		if json.Unmarshal(all["attachments"], &urls) != nil {
			urls = nil
		}
		for _, f := range r.files {
			urls = append(urls, base+"/file-storage-service/filestorage/"+f.id)
		}
		all.set("attachments", urls)
	}
	for i, name := range slices.Sorted(maps.Keys(all)) {
		out.WriteByte("{,"[min(i, 1)])
		out.WriteString(strconv.Quote(name))
		out.WriteByte(':')
		out.Write(all[name])
	}
	out.WriteByte('}')
}

// wait puts an item on the list again, with what has changed.
func (s *Sim) wait(r *record) {
	r.version++
	if r.accepted {
		r.accepted = false
		s.waiting++
	}
	s.head = min(s.head, r.index)
}

// list is the page of items not yet accepted, in Spring's shape.
func (s *Sim) list(w http.ResponseWriter, r *http.Request) {
	number, size, ok := s.paging(w, r)
	if !ok {
		return
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	s.mu.Lock()
	content, count := s.pageOf(number, size, scheme+r.Host)
	total := s.waiting
	s.mu.Unlock()
	pages := (total + size - 1) / size
	sort := map[string]bool{"sorted": false, "unsorted": true, "empty": true}
	simkit.WriteRaw(w, http.StatusOK, envelope(map[string]any{
		"pageable":      map[string]any{"sort": sort, "pageSize": size, "pageNumber": number, "offset": number * size, "paged": true, "unpaged": false},
		"totalElements": total, "totalPages": pages, "last": number+1 >= pages, "first": number == 0,
		"number": number, "sort": sort, "numberOfElements": count, "size": size, "empty": count == 0,
	}, content))
}

// envelope puts the content, which need not be valid, into the page.
func envelope(page map[string]any, content []byte) []byte {
	head, err := json.Marshal(page)
	if err != nil { // numbers and booleans always marshal
		return nil
	}
	return slices.Concat([]byte(`{"content":[`), content, []byte(`],`), head[1:])
}

func (s *Sim) paging(w http.ResponseWriter, r *http.Request) (number, size int, ok bool) {
	size = s.cfg.PageSize
	for name, into := range map[string]*int{"page": &number, "size": &size} {
		if value := r.URL.Query().Get(name); value != "" {
			n, err := strconv.Atoi(value)
			if err != nil || n < 0 || n > 1<<20 {
				simkit.Refuse(w, http.StatusBadRequest, "Неверный параметр "+name)
				return 0, 0, false
			}
			*into = n
		}
	}
	return number, min(max(1, size), 2000), true
}

func (s *Sim) pageOf(number, size int, base string) (content []byte, count int) {
	for s.head < len(s.items) && s.items[s.head].accepted {
		s.head++
	}
	var out bytes.Buffer
	skip, now := number*size, s.kit.Clock.Now()
	for i := s.head; i < len(s.items) && count < size; i++ {
		r := s.items[i]
		if r.accepted {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if count > 0 {
			out.WriteByte(',')
		}
		r.write(&out, base)
		r.shown = r.version
		r.served++
		r.servedAt = remember(r.servedAt, now)
		count++
	}
	return out.Bytes(), count
}

// remember keeps the last hundred times.
func remember(times []time.Time, now time.Time) []time.Time {
	if len(times) >= 100 {
		times = times[1:]
	}
	return append(times, now)
}

// accept takes an item off the list. What has changed since it was last served
// stays on it: the client can't mean what it has not seen.
func (s *Sim) accept(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	item, ok := s.byID[r.PathValue("id")]
	if !ok {
		simkit.Refuse(w, http.StatusNotFound, "Сообщение не найдено")
		return
	}
	item.accepts++
	item.acceptedAt = remember(item.acceptedAt, s.kit.Clock.Now())
	if !item.accepted && item.shown == item.version {
		item.accepted = true
		s.waiting--
	}
	w.WriteHeader(http.StatusOK)
}
