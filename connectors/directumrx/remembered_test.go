package directumrx

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// TestCatalogue: what is there is remembered for an hour, what is not for five
// minutes, and never more than so many.
func TestCatalogue(t *testing.T) {
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	c := catalogue{now: func() time.Time { return now }}
	known := func(key string, want bool) {
		t.Helper()
		if _, ok := c.get(key); ok != want {
			t.Errorf("%s at %s: known %v", key, now, ok)
		}
	}
	c.put("there", 5)
	c.put("absent", 0)
	now = now.Add(5*time.Minute - time.Second)
	known("absent", true)
	now = now.Add(time.Second)
	known("absent", false)
	known("there", true)
	now = now.Add(55 * time.Minute)
	known("there", false)
	for i := range maxRemembered + 1 {
		c.put(strconv.Itoa(i), 1)
	}
	if len(c.entries) > maxRemembered {
		t.Errorf("%d entries", len(c.entries))
	}
	known(strconv.Itoa(maxRemembered), true)
}

// TestMemoryOfDocuments: what is remembered of documents has an end too.
func TestMemoryOfDocuments(t *testing.T) {
	var times remembered[int]
	more := func(before int) int { return before + 1 }
	for i := range int64(maxRemembered) {
		times.note(i, more)
	}
	if n := times.note(0, more); n != 2 {
		t.Errorf("%d times, at the bound", n)
	}
	if times.note(maxRemembered, more); len(times.of) > maxRemembered {
		t.Errorf("%d documents", len(times.of))
	}
	times.over(maxRemembered)
	if n := times.note(maxRemembered, more); n != 1 {
		t.Errorf("%d times after its end", n)
	}
}

// TestCards: one contact tells people of one name apart; without any every appeal
// has a card of its own. An organisation with any part of a person's name is a
// person's.
func TestCards(t *testing.T) {
	card := func(id string, p sdk.Applicant) string { return externalID(&sdk.Appeal{ID: id, Applicant: p}) }
	who := sdk.Applicant{Surname: "Ким", Name: "Ли"}
	if card("1", who) == card("2", who) {
		t.Error("two people without contacts share a card")
	}
	for _, with := range []func(*sdk.Applicant, string){
		func(p *sdk.Applicant, s string) { p.Email = s },
		func(p *sdk.Applicant, s string) { p.Phone = s },
		func(p *sdk.Applicant, s string) { p.Address = s },
	} {
		one, other, written := who, who, who
		with(&one, "а 1")
		with(&other, "а 2")
		with(&written, " А  1")
		if card("1", one) != card("2", one) || card("1", one) == card("1", other) || card("1", one) != card("1", written) {
			t.Errorf("%q: the contact does not tell people apart", one)
		}
	}
	for _, p := range []sdk.Applicant{{Organisation: "ТСЖ", Name: "Ли"}, {Organisation: "ТСЖ", Surname: "Ким"}, {Surname: "Ким"}} {
		if company(p) {
			t.Errorf("%+v is taken for a company", p)
		}
	}
}

// TestSubjectHasItsLength: a place that has no room in the subject stands in the
// text in full.
func TestSubjectHasItsLength(t *testing.T) {
	a := &sdk.Appeal{Text: "x", Category: sdk.Term{Name: "ЖКХ"}, Address: "г. " + strings.Repeat("я", maxTitle)}
	if s := subject(a); s != "ЖКХ" {
		t.Errorf("subject %q", s)
	}
	if text := (config{}).text(a); !strings.Contains(text, "Место: "+a.Address) {
		t.Errorf("text %q", text)
	}
}
