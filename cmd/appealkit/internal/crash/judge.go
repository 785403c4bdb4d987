package crash

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/appealhub/appealhub/cmd/appealkit/internal/stage"
)

// maxFaults bounds how many faults are told.
const maxFaults = 20

// verdict gathers what is wrong.
type verdict struct {
	faults []error
	more   int
}

func (v *verdict) fail(format string, args ...any) {
	if len(v.faults) == maxFaults {
		v.more++
		return
	}
	v.faults = append(v.faults, fmt.Errorf(format, args...))
}

func (v *verdict) err() error {
	if v.more > 0 {
		v.faults = append(v.faults, fmt.Errorf("and %d more", v.more))
	}
	return errors.Join(v.faults...)
}

// Compare says what is wrong with what both systems of a stage hold, once every
// item is answered; submissions are the ids of what was sent over the API.
func Compare(ctx context.Context, set *stage.Stage, submissions []string, out io.Writer) error {
	t := &test{Config: Config{Out: out}, stage: set, feed: &feed{ids: submissions}}
	return t.judge(ctx)
}

// judge compares what the portal, the EDMS and those who submitted know.
func (t *test) judge(ctx context.Context) error {
	s, err := t.look(ctx)
	if err != nil {
		return err
	}
	v := &verdict{}
	byNumber, byAppeal := t.index(s, v)
	counts := map[string]int{}
	for _, i := range s.items {
		doc, ok := byNumber[i.Item.RegNumber]
		if !ok {
			v.fail("item %s was lost: no document mentions %s", i.ID, i.Item.RegNumber)
			continue
		}
		judgeFiles(v, i, doc)
		judgeAnswers(v, i, doc, s.letters, counts)
	}
	for _, id := range t.feed.ids {
		if !byAppeal[id] {
			v.fail("submission %s was lost: no document bears it", id)
		}
	}
	if want := len(s.items) + len(t.feed.ids); len(s.requests) != want {
		v.fail("%d documents for %d appeals", len(s.requests), want)
	}
	fmt.Fprintf(t.Out, "killed %d times; %d items at the portal and %d submissions, %d documents, %d answers (%d progress, %d final, %d of them sent again), %d files compared\n",
		t.killed, len(s.items), len(t.feed.ids), len(s.requests), counts["progress"]+counts["final"], counts["progress"], counts["final"], counts["repeats"], counts["files"]+filesOf(s.items))
	return v.err()
}

func filesOf(items []item) int {
	n := 0
	for _, i := range items {
		n += len(i.Files)
	}
	return n
}

// index finds each appeal's document and tells of those that are there twice.
func (t *test) index(s sides, v *verdict) (byNumber map[string]document, byAppeal map[string]bool) {
	byNumber, byAppeal = map[string]document{}, map[string]bool{}
	items := map[string]bool{}
	for _, i := range s.items {
		items[i.Item.RegNumber] = true
	}
	for _, d := range s.requests {
		id := d.text("Note")
		if id == "" || byAppeal[id] {
			v.fail("document %d bears the appeal %q, as another one does", d.ID, id)
		}
		byAppeal[id] = true
		for number := range d.numbers() {
			if !items[number] {
				continue
			}
			if first, twice := byNumber[number]; twice {
				v.fail("%s was registered twice: documents %d and %d", number, first.ID, d.ID)
			}
			byNumber[number] = d
		}
	}
	return byNumber, byAppeal
}

// judgeFiles wants one version with the text and one with each file.
func judgeFiles(v *verdict, i item, d document) {
	var want, got []string
	for _, f := range i.Files {
		want = append(want, f.SHA256)
	}
	texts := 0
	for _, version := range d.Versions {
		if strings.HasPrefix(version.Note, "appealhub text") {
			texts++
			continue
		}
		got = append(got, version.SHA256)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		v.fail("item %s: its document has %d files, not the %d of the item", i.ID, len(got), len(want))
	}
	if texts != 1 {
		v.fail("item %s: its document has %d texts", i.ID, texts)
	}
}

// judgeAnswers wants the answer that the official gave, once, with its letter,
// after the progress and not before.
func judgeAnswers(v *verdict, i item, d document, letters map[int64]document, counts map[string]int) {
	finals := 0
	for n, a := range i.Answers {
		counts["repeats"] += a.Repeats
		if a.Late {
			v.fail("item %s: something was told after the final answer", i.ID)
		}
		if a.Body.RegNumber != "" && a.Body.RegNumber != d.text("RegistrationNumber") {
			v.fail("item %s: number %s, in the EDMS %s", i.ID, a.Body.RegNumber, d.text("RegistrationNumber"))
		}
		if !a.Body.Answer {
			counts["progress"]++
			continue
		}
		finals++
		counts["final"]++
		if n != len(i.Answers)-1 {
			v.fail("item %s: the final answer is not the last one", i.ID)
		}
	}
	if finals != 1 || len(d.Letters) != 1 {
		v.fail("item %s: %d final answers for %d letters", i.ID, finals, len(d.Letters))
		return
	}
	letter := letters[d.Letters[0]]
	if number := i.Answers[len(i.Answers)-1].Body.OutgoingNumber; number != letter.text("RegistrationNumber") {
		v.fail("item %s: answer %s, in the EDMS %s", i.ID, number, letter.text("RegistrationNumber"))
	}
	counts["files"] += len(i.Uploads)
	if len(i.Uploads) != 1 || len(letter.Versions) != 1 || i.Uploads[0].SHA256 != letter.Versions[0].SHA256 {
		v.fail("item %s: the answer's file is not the letter's", i.ID)
	}
}
