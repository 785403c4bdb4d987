package journaltest

import (
	"bytes"
	"strings"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/sdk"
)

func logCases() []testcase {
	return []testcase{
		{"each event carries the hash of the one before it", "a record that is changed shows", chain},
		{"the log is walked stream by stream", "that is how it is verified", scan},
		{"events read back as they were hashed", "a copy must verify too", readBack},
	}
}

func chain(w *world) {
	id := w.delivered("1", "doc-1")
	events := w.history(id)
	prev := journal.FirstHash()
	for i, e := range events {
		if e.Sequence != int64(i+1) || !bytes.Equal(e.PrevHash, prev) || !bytes.Equal(e.Hash, e.Sum()) || e.Stream != id {
			w.Errorf("event %d: %+v", i, e)
		}
		prev = e.Hash
	}
	if events[0].Seq >= events[1].Seq || events[0].ID == events[1].ID {
		w.Errorf("seq %d, %d", events[0].Seq, events[1].Seq)
	}
	if !strings.Contains(string(events[0].Body), "Во дворе") {
		w.Error("the body is not the payload")
	}
}

func scan(w *world) {
	w.delivered("1", "doc-1")
	w.delivered("2", "doc-2")
	w.change("rx", w.status("c", "doc-9", sdk.StatusInWork))
	var streams []string
	counts := map[string]int64{}
	err := w.j.Scan(w.ctx, func(e *journal.Event, digest []byte) error {
		if counts[e.Stream] == 0 {
			streams = append(streams, e.Stream)
		}
		counts[e.Stream]++
		if e.Sequence != counts[e.Stream] {
			w.Errorf("%s: record %d in place %d", e.Stream, e.Sequence, counts[e.Stream])
		}
		if !bytes.Equal(digest, e.BodyDigest) {
			w.Errorf("%s: digest", e.Stream)
		}
		return nil
	})
	if err != nil || len(streams) != 3 {
		w.Errorf("streams %v, %v", streams, err)
	}
}

func readBack(w *world) {
	id := w.delivered("1", "doc-1")
	w.reopen()
	w.set("rx", "operator", func(s *journal.LinkState) { s.Paused = true })
	for _, stream := range []string{id, journal.LinkStream("rx")} {
		for _, e := range w.history(stream) {
			if !bytes.Equal(e.Hash, e.Sum()) {
				w.Errorf("%s: %d", stream, e.Sequence)
			}
		}
	}
}
