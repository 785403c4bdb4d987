package intake_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// script is how a system of the tests misbehaves: fail is asked before each
// call with its name and number, from 1.
type script struct {
	mu    sync.Mutex
	calls map[string]int
	fail  func(call string, n int) error
}

func (s *script) call(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls == nil {
		s.calls = map[string]int{}
	}
	s.calls[name]++
	if s.fail == nil {
		return nil
	}
	return s.fail(name, s.calls[name])
}

// breaks sets how the system misbehaves from now on.
func (s *script) breaks(fail func(call string, n int) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail, s.calls = fail, nil
}

func (s *script) called(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[name]
}

func (s *script) Close() error { return nil }

// portal serves what was not acknowledged yet, page by numbered page, as the
// Feedback Platform does.
type portal struct {
	script
	size  int // of a page
	list  []sdk.Appeal
	raw   []sdk.Raw
	acked []string
	read  func(number int) // called after a page was made
	heard func(id string) error

	broken map[int]error // by page, for good
}

func (p *portal) FetchAppeals(_ context.Context, after sdk.Cursor) (sdk.Page[sdk.Appeal], error) {
	if err := p.call("appeals"); err != nil {
		return sdk.Page[sdk.Appeal]{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	number, _ := strconv.Atoi(string(after))
	if err := p.broken[number]; err != nil {
		return sdk.Page[sdk.Appeal]{}, err
	}
	var open []sdk.Appeal
	for _, a := range p.list {
		if a.AckID == "" || !slices.Contains(p.acked, a.AckID) {
			open = append(open, a)
		}
	}
	size := max(p.size, 1)
	from := min(number*size, len(open))
	out := sdk.Page[sdk.Appeal]{Items: slices.Clone(open[from:min(from+size, len(open))])}
	if number == 0 {
		for _, r := range p.raw {
			if r.AckID == "" || !slices.Contains(p.acked, r.AckID) {
				out.Rejected = append(out.Rejected, r)
			}
		}
	}
	if from+size < len(open) {
		out.More, out.Volatile, out.Next = true, true, sdk.Cursor(strconv.Itoa(number+1))
	}
	if p.read != nil {
		p.read(number)
	}
	return out, nil
}

// Ack stops at the first id that fails.
func (p *portal) Ack(_ context.Context, taken ...string) error {
	if err := p.call("ack"); err != nil {
		return err
	}
	for _, id := range taken {
		if p.heard != nil {
			if err := p.heard(id); err != nil {
				return err
			}
		}
		p.mu.Lock()
		p.acked = append(p.acked, id)
		p.mu.Unlock()
	}
	return nil
}

func (p *portal) told() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.acked)
}

func (p *portal) add(all ...sdk.Appeal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, all...)
}

// message is an item of the portal's that goes to the link rx.
func message(id string, files ...string) sdk.Appeal {
	a := sdk.Appeal{
		Ref: sdk.Ref{Link: "pos", ID: id}, AckID: "ack-" + id, Kind: sdk.KindMessage, Channel: sdk.ChannelPOS,
		Addressee: sdk.Addressee{Code: "rx"}, Text: "Во дворе не горит свет", Applicant: sdk.Applicant{Surname: surname},
	}
	for _, f := range files {
		a.Attachments = append(a.Attachments, sdk.Attachment{ID: f, Name: f + ".jpg", Locator: "/" + f})
	}
	return a
}

func messages(n int) []sdk.Appeal {
	var out []sdk.Appeal
	for i := range n {
		out = append(out, message(fmt.Sprintf("%04d", i)))
	}
	return out
}

// readable is an EDMS without a feed of changes.
type readable struct {
	script
	now func(open []sdk.Ref) ([]sdk.StatusChange, error)
}

func (r *readable) ReadStatuses(_ context.Context, open ...sdk.Ref) ([]sdk.StatusChange, error) {
	if err := r.call("states"); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now(open)
}

// answers sets what the system answers from now on.
func (r *readable) answers(now func(open []sdk.Ref) ([]sdk.StatusChange, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = now
}

// journalled is an EDMS with a feed of changes; its cursor is the number of
// those read.
type journalled struct {
	script
	feed []sdk.StatusChange
	from []sdk.Cursor // cursors it was asked with
}

func (j *journalled) FetchStatuses(_ context.Context, after sdk.Cursor) (sdk.Page[sdk.StatusChange], error) {
	j.mu.Lock()
	j.from = append(j.from, after)
	j.mu.Unlock()
	if err := j.call("statuses"); err != nil {
		return sdk.Page[sdk.StatusChange]{}, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	n, _ := strconv.Atoi(string(after))
	page := sdk.Page[sdk.StatusChange]{Next: sdk.Cursor(strconv.Itoa(min(n+2, len(j.feed))))}
	page.Items = slices.Clone(j.feed[n:min(n+2, len(j.feed))])
	page.More = n+2 < len(j.feed)
	return page, nil
}

func (j *journalled) add(all ...sdk.StatusChange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.feed = append(j.feed, all...)
}

// asked returns the cursors of the calls since it was last called.
func (j *journalled) asked() []sdk.Cursor {
	j.mu.Lock()
	defer j.mu.Unlock()
	from := j.from
	j.from = nil
	return from
}

func change(id, ref string, s sdk.Status) sdk.StatusChange {
	at := time.Date(2000, 1, 2, 0, 0, 0, 0, time.UTC) // after the bubble's beginning
	return sdk.StatusChange{ID: id, Ref: sdk.Ref{Link: "rx", ID: ref}, Status: s, At: at, Text: "Ответ: " + surname, External: sdk.External{Code: "x-" + string(s)}}
}

// pushing hands over what parse makes of a request's body.
type pushing struct {
	script
	parse func(body string) (sdk.Inbound, error)
}

func (p *pushing) Accept(r *http.Request) (sdk.Inbound, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return sdk.Inbound{}, err
	}
	return p.parse(string(body))
}

var (
	_ sdk.AppealSource = (*portal)(nil)
	_ sdk.Acker        = (*portal)(nil)
	_ sdk.StatusReader = (*readable)(nil)
	_ sdk.StatusSource = (*journalled)(nil)
	_ sdk.Accepter     = (*pushing)(nil)
)
