package intake_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

// mailbox is a system that holds its news, and their files, until they are taken.
type mailbox struct {
	script
	news  []sdk.StatusChange
	taken []string
}

func (m *mailbox) DeliverAppeal(context.Context, sdk.Appeal) (sdk.Receipt, error) {
	return sdk.Receipt{}, nil
}

func (m *mailbox) FetchStatuses(context.Context, sdk.Cursor) (sdk.Page[sdk.StatusChange], error) {
	return sdk.Page[sdk.StatusChange]{Items: slices.Clone(m.news)}, nil
}

func (m *mailbox) OpenAttachment(context.Context, sdk.Attachment) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("letter")), nil
}

func (m *mailbox) Ack(_ context.Context, taken ...string) error {
	m.taken = append(m.taken, taken...)
	m.news = slices.DeleteFunc(m.news, func(c sdk.StatusChange) bool { return slices.Contains(taken, c.AckID) })
	return nil
}

// TestWaitingFiles: news of a record that nobody knows yet is acknowledged only once
// its files are stored: until then its source alone has them.
func TestWaitingFiles(t *testing.T) {
	answer, plain := change("1", "doc-7", sdk.StatusAnswered), change("2", "doc-7", sdk.StatusAnswered)
	answer.AckID, plain.AckID = "answer", "plain"
	answer.Attachments = []sdk.Attachment{{ID: "letter", Name: "ответ.pdf"}}
	m := &mailbox{news: []sdk.StatusChange{answer, plain}}
	inBubble(t, map[string]sdk.Connector{"pos": &portal{size: 10, list: messages(1)}, "rx": m}, func(w *world) {
		w.run()
		w.pass(poll)
		w.same("while it waits", []string{"plain"}, m.taken)
		w.done(w.claimed("rx"), sdk.Receipt{Ref: sdk.Ref{Link: "rx", ID: "doc-7"}})
		w.pass(poll)
		w.same("before its file is stored", []string{"plain"}, m.taken)
		d := w.claimed("rx")
		if d.Verb != journal.VerbFetch {
			w.Fatalf("got %s", d.Verb)
		}
		w.done(d, sdk.Receipt{})
		w.pass(poll)
		w.same("then", []string{"plain", "answer"}, m.taken)
	})
}
