package directumrxsim

import (
	"encoding/json"
	"net/http"
	"time"
)

// documentState is a document and what became of it.
type documentState struct {
	ID         int64                      `json:"id"`
	Set        string                     `json:"set"`
	Properties map[string]json.RawMessage `json:"properties"`          // as they go over the wire; links as {"Id":5}, no versions
	Questions  []questionState            `json:"questions,omitempty"` // of a request
	Versions   []versionState             `json:"versions"`
	Round      int                        `json:"round,omitempty"`    // of consideration, from 1
	Finished   bool                       `json:"finished,omitempty"` // this round is over
	Changes    int                        `json:"changes"`            // times a client changed it
	History    []happening                `json:"history,omitempty"`  // what officials did
	Letters    []int64                    `json:"letters,omitempty"`  // documents in response
}

type questionState struct {
	ID           int64  `json:"id"`
	FullCode     string `json:"full_code"`
	ReviewResult string `json:"review_result"`
}

type versionState struct {
	ID        int64     `json:"id"`
	Number    int64     `json:"number"`
	Note      string    `json:"note"`
	Extension string    `json:"extension"`
	Created   time.Time `json:"created"`
	Size      int64     `json:"size"`   // bytes
	SHA256    string    `json:"sha256"` // lower-case hex; empty: it has no body
	Writes    int       `json:"writes"` // times its body was written
	Content   []byte    `json:"content,omitempty"`
}

func (s *Sim) documentState(e *entity) documentState {
	out := documentState{ID: e.id, Set: e.typ.set, Properties: s.properties(e), Versions: []versionState{}}
	for _, q := range e.rows("Questions") {
		out.Questions = append(out.Questions, questionState{q.id, q.link("Question").text("FullCode"), q.text("ReviewResult")})
	}
	for _, v := range e.rows("Versions") {
		out.Versions = append(out.Versions, version(v))
	}
	if c := e.course; c != nil {
		out.Round, out.Finished, out.Changes, out.History = c.round, c.finished, c.changes, c.history
	}
	for _, letter := range e.answers {
		if letter.link("InResponseTo") == e {
			out.Letters = append(out.Letters, letter.id)
		}
	}
	return out
}

func (s *Sim) properties(e *entity) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for i := range e.typ.order {
		p := &e.typ.order[i]
		switch target := e.link(p.name); {
		case p.kind == link && target != nil:
			out[p.name] = json.RawMessage(render(target, &shape{t: target.typ, selected: map[string]bool{"Id": true, "Name": true}}, s.cfg.Zone))
		case p.kind != link && p.kind != rows && e.values[p.name] != nil:
			out[p.name] = primitive(e, p, s.cfg.Zone)
		}
	}
	return out
}

func version(v *entity) versionState {
	out := versionState{ID: v.id, Note: v.text("Note"), Extension: v.link("AssociatedApplication").text("Extension")}
	out.Number, _ = v.values["Number"].(int64)
	out.Created, _ = v.values["Created"].(time.Time)
	if b := v.body; b != nil {
		out.Size, out.SHA256, out.Writes = b.size, b.sha256, b.writes
		if b.kept() {
			out.Content = b.content
		}
	}
	return out
}

// showDocuments lists documents, of one set where the query names it.
func (s *Sim) showDocuments(w http.ResponseWriter, r *http.Request) {
	set := r.URL.Query().Get("set")
	s.reply(w, func() any {
		out := []documentState{}
		for _, e := range s.table(s.schema.sets["IElectronicDocuments"]).list {
			if set == "" || e.typ.set == set {
				out = append(out, s.documentState(e))
			}
		}
		return out
	})
}

func (s *Sim) showCorrespondents(w http.ResponseWriter, _ *http.Request) {
	s.reply(w, func() any {
		type correspondent struct {
			ID         int64                      `json:"id"`
			Set        string                     `json:"set"`
			Properties map[string]json.RawMessage `json:"properties"`
		}
		out := []correspondent{}
		for _, e := range s.table(s.schema.sets["ICounterparties"]).list {
			out = append(out, correspondent{e.id, e.typ.set, s.properties(e)})
		}
		return out
	})
}

// duplicate is a value of ExternalId or Note that several entities bear.
type duplicate struct {
	Property string  `json:"property"`
	Value    string  `json:"value"`
	IDs      []int64 `json:"ids"`
}

// duplicates lists them among the sets that clients create for themselves:
// letters of officials bear no id of anybody's.
func (s *Sim) duplicates(set string) []duplicate {
	tab, out := s.table(s.schema.sets[set]), []duplicate{}
	seen := map[string]bool{}
	for _, e := range tab.list {
		for _, name := range indexed() {
			value := e.text(name)
			if value == "" || e.typ.set == "IOutgoingLetters" || seen[name+value] {
				continue
			}
			seen[name+value] = true
			d := duplicate{Property: name, Value: value}
			for _, other := range tab.byValue[name][value] {
				if other.typ == e.typ {
					d.IDs = append(d.IDs, other.id)
				}
			}
			if len(d.IDs) > 1 {
				out = append(out, d)
			}
		}
	}
	return out
}

// showState is the whole in numbers.
func (s *Sim) showState(w http.ResponseWriter, _ *http.Request) {
	s.reply(w, func() any {
		counts := map[string]int{}
		versions, bodies := 0, 0
		for _, root := range []string{"IElectronicDocuments", "ICounterparties"} {
			for _, e := range s.table(s.schema.sets[root]).list {
				counts[e.typ.set]++
				for _, v := range e.rows("Versions") {
					versions++
					if v.body != nil {
						bodies++
					}
				}
			}
		}
		return map[string]any{
			"counts": counts, "versions": versions, "bodies": bodies,
			"duplicates": map[string]any{"documents": s.duplicates("IElectronicDocuments"), "correspondents": s.duplicates("ICounterparties")},
		}
	})
}
