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
	released []int64
	taken    []freshAppeal
	waits    int64 // changes parked, less those attached
}

// committed does what waits for the commit.
func (t *tx) committed() {
	for id, l := range t.leased {
		t.leases.out[id] = l
	}
	for _, id := range t.released {
		delete(t.leases.out, id)
	}
	for _, a := range t.taken {
		t.fresh.put(a)
	}
	t.waiting += t.waits
	for _, link := range t.wake {
		t.options.Ready(link)
	}
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
	return j.options.Codec.Seal(stream, packed)
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

// freshAppeal is an appeal that was appended a moment ago.
type freshAppeal struct {
	seq    int64
	appeal *sdk.Appeal
}

// fresh keeps the last few appeals appended, so that those delivered at once
// need not be decoded again. What an event holds never changes, so neither does
// an entry.
type fresh struct {
	appeals map[int64]freshAppeal
	order   [384]int64 // the seqs kept, oldest at next
	next    int
}

// freshLimit is the size of a body, in bytes, above which it is not kept.
const freshLimit = 16 << 10

func (f *fresh) put(a freshAppeal) {
	delete(f.appeals, f.order[f.next])
	f.order[f.next] = a.seq
	f.appeals[a.seq] = a
	f.next = (f.next + 1) % len(f.order)
}
