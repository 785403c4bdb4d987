package sqlite

import (
	"time"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// tx is one transaction of the writer's, with what is to be done in memory once
// it is durable.
type tx struct {
	*Journal
	c        *conn
	wake     []string // links with deliveries that have become due
	leased   map[int64]lease
	released map[int64]bool
	used     map[string]*appeal // every appeal that was read or written
	waits    int64              // changes parked, less those attached
	news     []sdk.DeadlineNews
	laid     []laid
}

// room is memory that one transaction after the other uses.
type room struct {
	laid   []laid
	sealed []byte // a body
}

// committed does what waits for the commit.
func (t *tx) committed() {
	for id, l := range t.leased {
		t.leases.out[id] = l
	}
	for id := range t.released {
		delete(t.leases.out, id)
	}
	for _, a := range t.used {
		t.recent.put(a)
	}
	t.waiting += t.waits
	t.handOver()
	for _, link := range t.wake {
		t.options.Ready(link)
	}
	if t.options.Told != nil && len(t.news) > 0 {
		t.options.Told(t.news)
	}
}

// rollback leaves nothing of it.
func (t *tx) rollback() {
	_ = t.c.exec("ROLLBACK") // SQLite itself may have rolled back already
	t.letGo()
}

// ended notes that a delivery is out no more.
func (t *tx) ended(delivery int64) {
	if t.released == nil {
		t.released = map[int64]bool{}
	}
	t.released[delivery] = true
}

// due notes that a link has something to do.
func (t *tx) due(link string) {
	for _, known := range t.wake {
		if known == link {
			return
		}
	}
	t.wake = append(t.wake, link)
}

// seal packs and seals a text of the stream's; nil for none.
func (j *Journal) seal(stream, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	packed, _ := journal.Pack([]byte(text))
	return j.options.Codec.Seal(nil, stream, packed)
}

// unseal opens a sealed column; digest is that of the plaintext.
func (j *Journal) unseal(stream string, sealed []byte) (body, digest []byte, err error) {
	if len(sealed) == 0 {
		return nil, nil, nil
	}
	packed, err := j.options.Codec.Open(stream, sealed)
	if err != nil {
		return nil, nil, err
	}
	return journal.Unpack(packed)
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func timeOf(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// dateOf reads a date that the journal wrote itself.
func dateOf(s string) sdk.Date {
	d, err := sdk.ParseDate(s)
	if s == "" || err != nil {
		return sdk.Date{}
	}
	return d
}
