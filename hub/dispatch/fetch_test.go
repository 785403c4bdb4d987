package dispatch_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// namedBody is a file whose name came with it.
type namedBody struct {
	io.Reader
	name, mediaType string
}

func (namedBody) Close() error                       { return nil }
func (n namedBody) AttachmentName() (string, string) { return n.name, n.mediaType }

// broken yields some bytes and then an error.
func broken(err error) io.ReadCloser {
	return io.NopCloser(io.MultiReader(strings.NewReader("half of"), failing{err}))
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// inSpool stands for the digest of what the spool holds.
const inSpool = "in the spool"

// opener is how a source opens a file.
type opener func(sdk.Attachment) (io.ReadCloser, error)

func given(body io.ReadCloser, err error) opener {
	return func(sdk.Attachment) (io.ReadCloser, error) { return body, err }
}

// onSecondTry breaks off once.
func onSecondTry() opener {
	var again atomic.Bool
	return func(sdk.Attachment) (io.ReadCloser, error) {
		if !again.Swap(true) {
			return broken(io.ErrUnexpectedEOF), nil
		}
		return io.NopCloser(strings.NewReader("bytes")), nil
	}
}

// fetchCase is what a source does with a file, and what is known of it then.
type fetchCase struct {
	open opener
	want sdk.Attachment
}

func fetchCases() map[string]fetchCase {
	return map[string]fetchCase{
		"stored under the announced name": {
			given(io.NopCloser(strings.NewReader("bytes")), nil),
			sdk.Attachment{Name: "план.pdf", MediaType: "application/pdf", Size: 5, SHA256: inSpool},
		},
		"the name and type that came with it": {
			given(namedBody{strings.NewReader("bytes"), "фото.jpg", "image/jpeg"}, nil),
			sdk.Attachment{Name: "фото.jpg", MediaType: "image/jpeg", Size: 5, SHA256: inSpool},
		},
		"a path is cut to its last part": {
			given(namedBody{strings.NewReader("bytes"), `..\..\etc/passwd`, ""}, nil),
			sdk.Attachment{Name: "passwd", MediaType: "application/pdf", Size: 5, SHA256: inSpool},
		},
		"a name that can't be kept": {
			given(namedBody{strings.NewReader("bytes"), "../..", "no type"}, nil),
			sdk.Attachment{Name: "план.pdf", MediaType: "application/pdf", Size: 5, SHA256: inSpool},
		},
		"gone": {
			given(nil, sdk.Errorf(sdk.NotFound, "get file", "404")),
			sdk.Attachment{Name: "план.pdf", MediaType: "application/pdf", Missing: "the source no longer has the file"},
		},
		"refused": {
			given(nil, sdk.Errorf(sdk.Rejected, "get file", "virus")),
			sdk.Attachment{Name: "план.pdf", MediaType: "application/pdf", Missing: "the source refuses to give the file"},
		},
		"a page in place of a file, found out on the way": {
			given(broken(sdk.Errorf(sdk.Invalid, "get file", "HTML")), nil),
			sdk.Attachment{Name: "план.pdf", MediaType: "application/pdf", Missing: "what the source gave is not the file"},
		},
		"too large": {
			given(io.NopCloser(strings.NewReader(strings.Repeat("x", 101))), nil),
			sdk.Attachment{Name: "план.pdf", MediaType: "application/pdf", Missing: "the file is larger than 100 bytes"},
		},
		"cut off and tried again": {
			onSecondTry(),
			sdk.Attachment{Name: "план.pdf", MediaType: "application/pdf", Size: 5, SHA256: inSpool},
		},
	}
}

// TestFetch: a file is stored, or recorded as missing with the reason; what may
// go by itself is tried again.
func TestFetch(t *testing.T) {
	for name, c := range fetchCases() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				portal, edms := &system{open: c.open}, &system{}
				w := newWorld(t, setting{links: map[string]sdk.Connector{source: plain{portal}, target: plain{edms}}, maxFile: 100})
				w.run()
				id := w.submit(appeal(1, "1", sdk.Attachment{ID: "f", Name: "план.pdf", MediaType: "application/pdf", Locator: "7"}))[0]
				time.Sleep(5 * time.Second)
				record, err := w.journal.Appeal(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				got := record.Appeal.Attachments[0]
				if got.SHA256 != "" {
					if _, err := w.spool.Stat(got.SHA256); err != nil {
						t.Errorf("the spool: %v", err)
					}
					got.SHA256 = inSpool
				}
				c.want.ID, c.want.Locator, got.Appeal = "f", "7", ""
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
				if logged := len(w.log.lines("a file can't be had")) == 1; logged != (got.Missing != "") {
					t.Errorf("the log tells of it: %v", logged)
				}
				well := map[string]string{"link": source, "outcome": "done", "kind": ""} // what is missing counts with its kind
				if counted := sample(t, w, "appealhub_delivery_attempts_total", well) == 1; counted != got.Stored() {
					t.Errorf("counted as done without an error: %v", counted)
				}
				if sent := len(edms.seen("attachment")); (sent == 1) != got.Stored() {
					t.Errorf("sent %d times", sent)
				}
			})
		})
	}
}

// TestOwnDisk: a spool that fails is none of the link's failures; the fetch is
// tried again.
func TestOwnDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, setting{links: map[string]sdk.Connector{source: plain{&system{}}}})
		tmp := filepath.Join(w.dir, "spool", "tmp")
		if err := os.Remove(tmp); err != nil {
			t.Fatal(err)
		}
		w.run()
		w.submit(appeal(1, "1", sdk.Attachment{ID: "f", Locator: "f"}))
		time.Sleep(5 * time.Second)
		got := w.deliveries(source)[0]
		if got.State != journal.DeliveryReady || got.Attempts < 2 || w.state(source).Failures != 0 {
			t.Errorf("got %+v, the link %+v", got, w.state(source))
		}
		if err := os.Mkdir(tmp, 0o700); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if got := w.deliveries(source)[0]; got.State != journal.DeliveryDoneOK || w.dispatch.SpoolFull() {
			t.Errorf("got %+v", got)
		}
	})
}

// TestLostFile: a stored file that the spool no longer has is a dead letter that
// says so, and none of the link's failures.
func TestLostFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, setting{links: map[string]sdk.Connector{target: plain{&system{}}}})
		w.run()
		w.submit(appeal(1, "1", sdk.Attachment{ID: "f", Size: 1, SHA256: strings.Repeat("0", 64)}))
		time.Sleep(time.Second)
		got := w.deliveries(target)[1]
		if got.State != journal.DeliveryDeadly || got.LastKind != sdk.NotFound || !strings.Contains(got.LastError, "the spool holds no such file") {
			t.Errorf("got %+v", got)
		}
		if state := w.state(target); state.Failures != 0 {
			t.Errorf("the link: %+v", state)
		}
	})
}

// TestFileForAnOperator: a file that the link can't fetch as it is configured is not
// missing: it is a dead letter, and is had once that is mended and replayed.
func TestFileForAnOperator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mended := false
		portal := &system{open: func(sdk.Attachment) (io.ReadCloser, error) {
			if !mended {
				return nil, sdk.Errorf(sdk.Unsupported, "open attachment", "another host: see option file_hosts")
			}
			return io.NopCloser(strings.NewReader("bytes")), nil
		}}
		w := newWorld(t, setting{links: map[string]sdk.Connector{source: plain{portal}, target: plain{&system{}}}, maxFile: 100})
		w.run()
		id := w.submit(appeal(1, "1", sdk.Attachment{ID: "f", Locator: "7"}))[0]
		time.Sleep(time.Second)
		got := w.deliveries(source)[0]
		if got.State != journal.DeliveryDeadly || got.LastKind != sdk.Unsupported || !strings.Contains(got.LastError, "file_hosts") {
			t.Fatalf("got %+v", got)
		}
		mended = true
		if _, err := w.journal.Act(t.Context(), journal.Action{Kind: journal.ActRetry, IDs: []int64{got.ID}, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		record, err := w.journal.Appeal(t.Context(), id)
		if err != nil || !record.Appeal.Attachments[0].Stored() {
			t.Errorf("got %+v, %v", record.Appeal.Attachments, err)
		}
	})
}

// large is a file of a size, made as it is read; it notes the heap's greatest
// size meanwhile.
type large struct {
	left int64
	heap *atomic.Uint64
}

func (l *large) Read(p []byte) (int, error) {
	if l.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), l.left)
	clear(p[:n])
	if before := l.left; before>>24 != (before-n)>>24 {
		note(l.heap)
	}
	l.left -= n
	return int(n), nil
}

func (*large) Close() error { return nil }

func note(heap *atomic.Uint64) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > heap.Load() {
		heap.Store(m.HeapAlloc)
	}
}

// TestLargeFile: 200 MB go through without being held.
func TestLargeFile(t *testing.T) {
	const size, most = 200 << 20, 32 << 20
	var heap atomic.Uint64
	portal := &system{open: func(sdk.Attachment) (io.ReadCloser, error) { return &large{size, &heap}, nil }}
	delivered := make(chan struct{})
	edms := &system{serve: func(_ context.Context, c call) error {
		note(&heap)
		if c.verb == "attachment" {
			close(delivered)
		}
		return nil
	}}
	w := newWorld(t, setting{links: map[string]sdk.Connector{source: plain{portal}, target: plain{edms}}})
	runtime.GC()
	note(&heap)
	before := heap.Load()
	w.run()
	w.submit(appeal(1, "1", sdk.Attachment{ID: "f", Locator: "f"}))
	select {
	case <-delivered:
	case <-time.After(2 * time.Minute):
		t.Fatal("not delivered")
	}
	if grown := heap.Load() - before; grown > most {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
}
