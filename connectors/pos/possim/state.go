package possim

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"
)

// itemState is what became of an item, for GET /_sim/items.
type itemState struct {
	ID         string      `json:"id"`
	Name       string      `json:"name,omitempty"`
	Item       members     `json:"item"`
	Version    int         `json:"version"`  // of the content, from 1
	Round      int         `json:"round"`    // of consideration, from 1
	Accepted   bool        `json:"accepted"` // off the list
	Closed     bool        `json:"closed"`   // this round has its final answer
	Served     int         `json:"served"`
	ServedAt   []time.Time `json:"served_at"`   // the last hundred
	Accepts    int         `json:"accepts"`     // mark-accepted requests, repeated ones too
	AcceptedAt []time.Time `json:"accepted_at"` // the last hundred of them
	Files      []fileState `json:"files"`
	Answers    []*answer   `json:"answers"`   // in the order in which they came, each once
	Repeats    int         `json:"repeats"`   // times that an answer's own bytes came again
	Conflicts  int         `json:"conflicts"` // other final answers than the first of their round
	Statuses   []string    `json:"statuses"`  // of the answers: "В работе", "В работе POSTPONED", "Закрыто SOLVED"
	Uploads    []fileState `json:"uploads"`   // that the answers name
	Reworks    []rework    `json:"reworks"`
	Ratings    []rating    `json:"ratings"`
}

// fileState is a file of an item's or an uploaded one.
type fileState struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`   // bytes
	SHA256    string `json:"sha256"` // lower-case hex
	Opened    int    `json:"opened"` // times it was asked for
	Content   []byte `json:"content,omitempty"`
}

func (s *Sim) state(item *record) itemState {
	out := itemState{
		ID: item.id, Name: item.name, Item: item.members, Version: item.version, Round: item.round, Accepted: item.accepted, Closed: item.closed,
		Served: item.served, ServedAt: item.servedAt, Accepts: item.accepts, AcceptedAt: item.acceptedAt, Answers: item.answers, Reworks: item.reworks, Ratings: item.ratings,
	}
	for _, f := range item.files {
		out.Files = append(out.Files, f.state())
	}
	for _, a := range item.answers {
		out.Repeats += a.Repeats
		if a.conflicts() {
			out.Conflicts++
		}
		out.Statuses = append(out.Statuses, strings.TrimSpace(a.fields.Status+" "+a.fields.AppealAnswerType))
		for _, id := range a.fields.AttachmentIDs {
			out.Uploads = append(out.Uploads, s.uploads[plainID(id)].state())
		}
	}
	return out
}

func (f *stored) state() fileState {
	return fileState{ID: f.id, Name: f.name, MediaType: f.mediaType, Size: f.size, SHA256: f.sha256, Opened: f.opened, Content: f.content}
}

func (s *Sim) showItems(w http.ResponseWriter, _ *http.Request) {
	s.reply(w, http.StatusOK, func() any {
		out := make([]itemState, len(s.items))
		for i, item := range s.items {
			out[i] = s.state(item)
		}
		return out
	})
}

// summary is what became of all items, in numbers, for GET /_sim/summary.
type summary struct {
	Items        int `json:"items"`
	Waiting      int `json:"waiting"`       // on the list
	Closed       int `json:"closed"`        // with the final answer of their round
	Accepts      int `json:"accepts"`       // mark-accepted requests
	Answers      int `json:"answers"`       // each once
	Repeats      int `json:"repeats"`       // the same bytes again
	Conflicts    int `json:"conflicts"`     // other final answers than the first of their round
	Late         int `json:"late"`          // after the final answer of their round
	BeforeAccept int `json:"before_accept"` // before the item was accepted
	Reworks      int `json:"reworks"`
	Ratings      int `json:"ratings"`
	Uploads      int `json:"uploads"`
}

func (s *Sim) showSummary(w http.ResponseWriter, _ *http.Request) {
	s.reply(w, http.StatusOK, func() any {
		out := summary{Items: len(s.items), Waiting: s.waiting, Uploads: len(s.uploads)}
		for _, item := range s.items {
			out.add(item)
		}
		return out
	})
}

func (u *summary) add(item *record) {
	count := func(into *int, yes bool) {
		if yes {
			*into++
		}
	}
	count(&u.Closed, item.closed)
	u.Accepts += item.accepts
	u.Answers += len(item.answers)
	u.Reworks += len(item.reworks)
	u.Ratings += len(item.ratings)
	for _, a := range item.answers {
		u.Repeats += a.Repeats
		count(&u.Conflicts, a.conflicts())
		count(&u.Late, a.Late)
		count(&u.BeforeAccept, a.BeforeAccept)
	}
}

func (s *Sim) showUploads(w http.ResponseWriter, _ *http.Request) {
	s.reply(w, http.StatusOK, func() any {
		out := make([]fileState, 0, len(s.uploads))
		for _, f := range s.uploads {
			out = append(out, f.state())
		}
		slices.SortFunc(out, func(a, b fileState) int { return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID)) })
		return out
	})
}
