package hub

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/appealhub/appealhub/hub/bus"
	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/journal/postgres/pgtest"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
)

// behindKafka is a hub on a real PostgreSQL and a Kafka on the wire.
type behindKafka struct {
	t     *testing.T
	hub   *Hub
	kafka *kfake.Cluster
	bus   string
	sink  *sink
	cfg   Config
	stop  func()
}

func newBehindKafka(t *testing.T) *behindKafka {
	t.Helper()
	server := pgtest.New(t)
	w := &behindKafka{t: t, sink: &sink{seen: map[string]int{}}, cfg: hubOf(t, server.URL(t), "")}
	w.wipe()
	w.start()
	return w
}

// hubOf is a hub with one link.
func hubOf(t *testing.T, journal, bus string) Config {
	return Config{
		Organisations: []Organisation{{Key: "adm", Name: "A", TimeZone: "Europe/Moscow"}}, DataDir: t.TempDir(), Journal: journal, Bus: bus,
		HTTP: HTTP{Listen: "127.0.0.1:0"}, Links: []link.Config{{Name: "sink", Connector: "sink"}},
		Routes: []route.Rule{{From: "api", To: []string{"sink"}}}, Drain: time.Second,
	}
}

// wipe puts an empty Kafka in the place of the one there was.
func (w *behindKafka) wipe() {
	w.t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(time.Second))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.Close)
	w.kafka, w.bus = c, "kafka://"+strings.Join(c.ListenAddrs(), ",")+"?partitions=3&replication=1&max_message=64KiB"
	w.cfg.Bus = w.bus
}

// start opens the hub and runs it until the test's end or stop.
func (w *behindKafka) start() {
	w.t.Helper()
	w.hub, w.stop = runHub(w.t, w.cfg, w.sink.spec())
}

// do asks the API and returns status, Location and body.
func (w *behindKafka) do(method, path string, body any, header ...string) (int, string, map[string]any) {
	w.t.Helper()
	return ask(w.t, w.hub, method, path, body, header...)
}

// settled asks at until the answer is another than 202.
func (w *behindKafka) settled(at string) (status int, location string, body map[string]any) {
	w.t.Helper()
	w.eventually("the journal has read "+at, func() bool {
		status, location, body = w.do("GET", at, nil)
		return status != http.StatusAccepted
	})
	return status, location, body
}

func (w *behindKafka) eventually(what string, so func() bool) {
	w.t.Helper()
	eventually(w.t, what, so)
}

func (w *behindKafka) producer() *bus.Kafka {
	w.t.Helper()
	cfg, err := bus.ParseAddress(w.bus)
	if err != nil {
		w.t.Fatal(err)
	}
	k, err := bus.Open(w.t.Context(), cfg, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { k.Close() })
	return k
}

// TestSubmitBehindKafka: 202 with a place that says buffered, then leads to the
// appeal; a repeat leads to the same, other content under the key is told as a
// conflict at its own place alone.
func TestSubmitBehindKafka(t *testing.T) {
	t.Parallel()
	w := newBehindKafka(t)
	status, first, body := w.do("POST", "/api/v1/appeals", doc("Яма"), "Idempotency-Key", "k1")
	if status != 202 || body["outcome"] != "buffered" || !strings.HasPrefix(first, "/api/v1/appeals/by-ref/api/k1?at=") {
		t.Fatalf("%d %s %v", status, first, body)
	}
	status, appeal, _ := w.settled(first)
	if status != 307 {
		t.Fatalf("status %d", status)
	}
	id := strings.TrimPrefix(appeal, "/api/v1/appeals/")
	if u, err := uuid.Parse(id); err != nil || u.Version() != 7 {
		t.Errorf("id %s: %v", id, err)
	}
	w.eventually("delivered", func() bool { return w.sink.count(id) == 1 })
	_, again, _ := w.do("POST", "/api/v1/appeals", doc("Яма"), "Idempotency-Key", "k1")
	if status, location, _ := w.settled(again); status != 307 || location != appeal {
		t.Errorf("a repeat: %d %s", status, location)
	}
	_, other, _ := w.do("POST", "/api/v1/appeals", doc("Две ямы"), "Idempotency-Key", "k1")
	if status, _, body := w.settled(other); status != 422 || body["type"] != "urn:appealhub:problem:key-reused" {
		t.Errorf("other content: %d %v", status, body)
	}
	if status, location, _ := w.do("GET", first, nil); status != 307 || location != appeal {
		t.Errorf("the first place: %d %s", status, location)
	}
	if status, _, _ := w.do("GET", strings.Split(first, "?")[0]+"?at=0-99999", nil); status != 202 {
		t.Errorf("a place not read yet: %d", status)
	}
	if status, _, _ := w.do("GET", strings.Split(first, "?")[0]+"?at=here", nil); status != 400 {
		t.Errorf("no place: %d", status)
	}
	if w.sink.count(id) != 1 {
		t.Errorf("delivered %d times", w.sink.count(id))
	}
}

// TestInboundFaults: a message at fault is a dead letter with its bytes and a
// reason, and those beside it go on.
func TestInboundFaults(t *testing.T) {
	t.Parallel()
	w := newBehindKafka(t)
	k := w.producer()
	headers := func(kind, from string) []bus.Header {
		return bus.CloudEvent(uuid.NewString(), "urn:test", kind, time.Now(), "application/json", bus.Header{Name: bus.HeaderLink, Value: from})
	}
	good, err := json.Marshal(doc("Яма"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		m    bus.Message
		why  string
		link string
	}{
		"bad bytes":       {bus.Message{Key: "api/1", Value: []byte{0xff, 0}, Headers: headers(bus.TypeAppeal, "api")}, "invalid_utf8", "api"},
		"no key":          {bus.Message{Value: good, Headers: headers(bus.TypeAppeal, "api")}, "has no key", "api"},
		"no key nor link": {bus.Message{Value: good}, "has no key", "bus"},
		"empty id":        {bus.Message{Key: "api/", Value: good, Headers: headers(bus.TypeAppeal, "api")}, "its key is no reference, link/id: the id is missing (required)", "api"},
		"no value":        {bus.Message{Key: "api/2", Headers: headers(bus.TypeAppeal, "api")}, "has no value", "api"},
		"the future":      {bus.Message{Key: "api/3", Value: good, Headers: headers("org.appealhub.inbound.appeal.v9", "api")}, "version that this hub does not know", "api"},
		"unknown type":    {bus.Message{Key: "api/4", Value: good, Headers: headers("com.example.order", "api")}, "is none that this hub knows", "api"},
		"unknown link":    {bus.Message{Key: "nobody/5", Value: good, Headers: headers(bus.TypeAppeal, "nobody")}, `names a link that is not configured: "nobody"`, "bus"},
		"no headers":      {bus.Message{Key: "api/6", Value: good}, "is none that this hub knows", "api"},
		"another's key":   {bus.Message{Key: "api/7", Value: []byte(`{"ref":{"link":"api","id":"8"},` + string(good[1:])), Headers: headers(bus.TypeAppeal, "api")}, "is not its key", "api"},
		"no such file": {bus.Message{Key: "api/9", Value: []byte(`{"attachments":[{"id":"1","name":"a","sha256":"` + strings.Repeat("ab", 32) + `"}],` + string(good[1:])),
			Headers: headers(bus.TypeAppeal, "api")}, "is not the digest of an uploaded file", "api"},
		"no such feed": {bus.Message{Key: "sink", Value: []byte(`{"feed":"a\u0000","at":"1","epoch":1}`), Headers: headers(bus.TypeCursor, "sink")}, "database refuses it", "bus"},
	} {
		t.Run(name, func(t *testing.T) {
			beside := uuid.NewString()
			inbound, _, _ := k.Topics()
			if _, err := k.Publish(t.Context(), inbound, c.m, bus.Message{Key: "api/" + beside, Value: good, Headers: headers(bus.TypeAppeal, "api")}); err != nil {
				t.Fatal(err)
			}
			var found map[string]any
			w.eventually("it is parked", func() bool {
				_, _, all := w.do("GET", "/api/v1/parked?limit=400&link="+c.link, nil)
				for _, one := range all["items"].([]any) {
					item := one.(map[string]any)
					data, _ := item["data"].(map[string]any)
					if why, _ := data["reason"].(string); strings.Contains(why, c.why) {
						found = item
					}
				}
				return found != nil
			})
			if found["reason"] != string(journal.ReasonUnparsable) {
				t.Errorf("got %v", found)
			}
			w.eventually("the one beside it goes on", func() bool {
				status, _, _ := w.do("GET", "/api/v1/appeals/by-ref/api/"+beside, nil)
				return status == 307
			})
		})
	}
}

// TestKafkaDown: while the brokers take nothing, or tell nothing, the API says 503
// with Retry-After and keeps nothing; a message that is too large is 413; both are
// over by themselves.
func TestKafkaDown(t *testing.T) {
	t.Parallel()
	w := newBehindKafka(t)
	large := doc(strings.Repeat("Яма ", 10_000))
	if status, _, body := w.do("POST", "/api/v1/appeals", large); status != 413 {
		t.Errorf("too large: %d %v", status, body["detail"])
	}
	down := w.kafka.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})
	if status, _, _ := w.do("POST", "/api/v1/appeals", doc("Яма"), "Idempotency-Key", "down"); status != 503 {
		t.Errorf("down: %d", status)
	}
	for n := range 6 {
		begun := time.Now()
		if status, _, _ := w.do("POST", "/api/v1/appeals", doc("Яма"), "Idempotency-Key", fmt.Sprint("down", n)); status != 503 || time.Since(begun) > 5*time.Second {
			t.Errorf("known to be down: %d after %v", status, time.Since(begun))
		}
	}
	silent := w.kafka.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.ListOffsets}, Err: kerr.BrokerNotAvailable, Count: -1})
	if status, _, body := w.do("GET", "/api/v1/dead-letters/topic", nil); status != 503 {
		t.Errorf("dead letters: %d %v", status, body)
	}
	silent.Remove()
	down.Remove()
	var status int
	var at string
	w.eventually("back", func() bool {
		status, at, _ = w.do("POST", "/api/v1/appeals", doc("Яма"), "Idempotency-Key", "down")
		return status != 503
	})
	if status != 202 {
		t.Fatalf("back: %d", status)
	}
	if status, _, _ := w.settled(at); status != 307 {
		t.Errorf("back: %d", status)
	}
}

// TestSweepSparesWhatIsNamed: a file that was uploaded long ago and is named today
// stays while the appeal waits in the inbound topic.
func TestSweepSparesWhatIsNamed(t *testing.T) {
	t.Parallel()
	w := newBehindKafka(t)
	file := []byte("eight days old")
	digest := fmt.Sprintf("%x", sha256.Sum256(file))
	r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+w.hub.Addr()+"/api/v1/attachments", bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/octet-stream")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	w.age(digest, 8*24*time.Hour)
	unread := w.kafka.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Err: kerr.NotLeaderForPartition, Count: -1})
	d := doc("Яма")
	d["attachments"] = []any{map[string]any{"id": "1", "name": "a.txt", "sha256": digest}}
	_, at, _ := w.do("POST", "/api/v1/appeals", d)
	if status, _, swept := w.do("POST", "/api/v1/spool/gc", map[string]any{}); status != 200 || swept["seen"] != 1.0 || swept["removed"] != 0.0 {
		t.Errorf("the sweep: %d %v", status, swept)
	}
	unread.Remove()
	if status, _, body := w.settled(at); status != 307 {
		t.Errorf("the appeal: %d %v", status, body)
	}
}

// age makes a stored file older.
func (w *behindKafka) age(digest string, by time.Duration) {
	w.t.Helper()
	then, found := time.Now().Add(-by), false
	err := filepath.WalkDir(w.cfg.DataDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != digest {
			return err
		}
		found = true
		return os.Chtimes(path, then, then)
	})
	if err != nil || !found {
		w.t.Fatalf("%s is not stored: %v", digest, err)
	}
}

// TestRestoredJournal: a journal that is put back to a time before an appeal came
// reads it again, and gives it the same id.
func TestRestoredJournal(t *testing.T) {
	t.Parallel()
	w := newBehindKafka(t)
	_, at, _ := w.do("POST", "/api/v1/appeals", doc("Яма"), "Idempotency-Key", "r")
	_, before, _ := w.settled(at)
	id := strings.TrimPrefix(before, "/api/v1/appeals/")
	w.eventually("delivered", func() bool { return w.sink.count(id) == 1 })
	w.stop()
	w.cfg.Journal = pgtest.New(t).URL(t) // as it was before: empty
	w.cfg.DataDir = t.TempDir()
	w.start()
	if _, after, _ := w.settled(at); after != before {
		t.Errorf("it was %s and is %s", before, after)
	}
}

// TestFeed: what the journal records is published in order, without personal data.
func TestFeed(t *testing.T) {
	t.Parallel()
	w := newBehindKafka(t)
	_, at, _ := w.do("POST", "/api/v1/appeals", doc("Яма у дома Ивановой"), "Idempotency-Key", "f")
	_, appeal, _ := w.settled(at)
	id := strings.TrimPrefix(appeal, "/api/v1/appeals/")
	cfg, err := bus.ParseAddress(w.bus)
	if err != nil {
		t.Fatal(err)
	}
	s, err := bus.NewSubscriber(cfg, "reader-"+uuid.NewString())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	messages, err := s.Subscribe(ctx, cfg.Events())
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for len(kinds) < 2 {
		m := <-messages
		if m == nil {
			t.Fatalf("only %v came", kinds)
		}
		m.Ack()
		if strings.Contains(string(m.Payload), "Иванов") || m.Metadata.Get(bus.HeaderSubject) != id {
			t.Errorf("got %s", m.Payload)
		}
		if m.Metadata.Get(bus.HeaderSequence) != fmt.Sprint(len(kinds)+1) || m.Metadata.Get(bus.HeaderDataRef) != appeal+"/history" {
			t.Errorf("headers %v", m.Metadata)
		}
		kinds = append(kinds, m.Metadata.Get(bus.HeaderKind))
	}
	if got := strings.Join(kinds, " "); got != "appeal.received delivery.done" {
		t.Errorf("got %s", got)
	}
}

// TestJournalDown: a node starts while the journal is down, takes appeals in, says
// so, and journals and delivers them once it is there.
func TestJournalDown(t *testing.T) {
	t.Parallel()
	w := newBehindKafka(t)
	w.stop()
	u, err := url.Parse(w.cfg.Journal)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, nobody := u.Host, l.Addr().String()
	l.Close()
	u.Host = nobody
	w.cfg.Journal = u.String()
	w.start()
	status, at, _ := w.do("POST", "/api/v1/appeals", doc("Яма"), "Idempotency-Key", "j")
	if status != 202 {
		t.Fatalf("status %d", status)
	}
	if status, _, _ := w.do("GET", at, nil); status != 202 {
		t.Errorf("its place: %d", status)
	}
	if status, _, v := w.do("GET", "/readyz", nil); status != 200 || v["status"] != "degraded" || v["journal"] != "unavailable" || v["bus"] != "ok" {
		t.Errorf("readyz: %d %v", status, v)
	}
	pass(t, nobody, server)
	status, appeal, _ := w.settled(at)
	if status != 307 {
		t.Fatalf("status %d", status)
	}
	w.eventually("delivered", func() bool { return w.sink.count(strings.TrimPrefix(appeal, "/api/v1/appeals/")) == 1 })
}

// pass lets connections to one address through to another.
func pass(t *testing.T, from, to string) {
	t.Helper()
	l, err := net.Listen("tcp", from)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				up, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				defer up.Close()
				go io.Copy(up, c)
				io.Copy(c, up)
			}()
		}
	}()
}

// TestKafkaWiped: a Kafka that was wiped is taken for another one: the journal
// reads it from its beginning, and what it knows from before is a duplicate.
func TestKafkaWiped(t *testing.T) {
	t.Parallel()
	w := newBehindKafka(t)
	for n := range 20 { // so many that the old places lie behind the new ones
		w.do("POST", "/api/v1/appeals", doc("Яма"), "Idempotency-Key", fmt.Sprint("old", n))
	}
	_, at, _ := w.do("POST", "/api/v1/appeals", doc("Яма"), "Idempotency-Key", "w")
	_, before, _ := w.settled(at)
	id := strings.TrimPrefix(before, "/api/v1/appeals/")
	w.eventually("delivered", func() bool { return w.sink.count(id) == 1 })
	w.stop()
	w.wipe()
	w.start()
	_, at, _ = w.do("POST", "/api/v1/appeals", doc("Яма"), "Idempotency-Key", "w")
	if _, after, _ := w.settled(at); after != before {
		t.Errorf("what the journal knows: it was %s and is %s", before, after)
	}
	_, at, _ = w.do("POST", "/api/v1/appeals", doc("Яма"), "Idempotency-Key", "new")
	status, fresh, _ := w.settled(at)
	if status != 307 || fresh == before {
		t.Errorf("a new one: %d %s", status, fresh)
	}
	w.eventually("delivered", func() bool { return w.sink.count(strings.TrimPrefix(fresh, "/api/v1/appeals/")) == 1 })
	if n := w.sink.count(id); n != 1 {
		t.Errorf("the old one was delivered %d times", n)
	}
}

// TestEndWithoutKafka: a node that can't tell the brokers that it leaves ends well.
func TestEndWithoutKafka(t *testing.T) {
	t.Parallel()
	w := newBehindKafka(t)
	_, at, _ := w.do("POST", "/api/v1/appeals", doc("Яма"), "Idempotency-Key", "e")
	w.settled(at)
	leaving := w.kafka.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.LeaveGroup}, Err: kerr.NotCoordinator, Count: -1})
	defer leaving.Remove()
	w.stop()
}
