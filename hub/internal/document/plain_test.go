package document

import (
	"reflect"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/appealhub/appealhub/testdata"
)

// small has every kind of value and most escapes in few bytes.
const small = ` {"ref":{"link":"pos","id":"\u0431\t\"7\""},"kind":"message","channel" : "pos",` +
	`"numbers":[{"value":"Б-1\/2","date":"2026-10-12"},{"value":"\\"}],"text":"Яма 😀\n\b\f\r",` +
	`"collective":true,"confidential":false,"place":{"point":{"lat":-51.70,"lon":3.9E+1}},` +
	`"received_at":"2026-10-12T10:00:00+03:00","rework":{"round":2}}` + "\n"

// bytesAtStake take the place of each byte of a document in turn, or stand before it.
var bytesAtStake = []byte("\x00\x1f\x7f\x80\xbf\xc0\xc2\xd0\xed\xf0\xff \t\n\"\\/,:.-+{}[]0159aAbdDeEfnrtux")

// TestPlainIsChecked: what the plain way takes, the library takes as the same value, and
// so does it without the tables. No change of a byte leads it astray.
func TestPlainIsChecked(t *testing.T) {
	took := 0
	try := func(body []byte) {
		if compare(t, string(body), appealMembers) {
			took++
		}
	}
	try([]byte(small))
	if took != 1 {
		t.Fatal("the plain way did not take a plain document")
	}
	for i := range len(small) {
		try([]byte(small[:i]))
		try(slices.Delete([]byte(small), i, i+1))
		for _, c := range bytesAtStake {
			try(slices.Insert([]byte(small), i, c))
			changed := []byte(small)
			changed[i] = c
			try(changed)
		}
	}
	for _, c := range bytesAtStake {
		try([]byte(small + string(rune(c))))
	}
	if took < 1000 {
		t.Errorf("the plain way took %d of the changed documents: the test tells little", took)
	}
}

// compare reports whether the plain way took a document, and fails if not as the library does.
func compare[T any](t *testing.T, text string, members []member[T]) bool {
	t.Helper()
	got, ok := plain(text, members)
	if !ok {
		return false
	}
	want, err := checked([]byte(text), text, members)
	if err != nil {
		t.Fatalf("%q was taken, which the library refuses: %v", text, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%q was read as\n%+v, by the library as\n%+v", text, got, want)
	}
	var loose T
	if err := json.Unmarshal([]byte(text), &loose); err == nil && !reflect.DeepEqual(got, loose) {
		t.Fatalf("%q was read as\n%+v, without the tables as\n%+v", text, got, loose)
	}
	return true
}

// TestPlainTakes: the documents that come every day need no library, whatever their
// order and space; what is odd is left to it.
func TestPlainTakes(t *testing.T) {
	for _, name := range testdata.CanonicalAppeals() {
		if _, ok := PlainAppeal(bytesOf(t, name)); !ok {
			t.Errorf("%s was left to the library", name)
		}
	}
	for _, name := range testdata.CanonicalChanges() {
		if _, ok := PlainChange(bytesOf(t, name)); !ok {
			t.Errorf("%s was left to the library", name)
		}
	}
	for why, text := range map[string]string{
		"null":                    `{"text":null}`,
		"an unknown member":       `{"txt":""}`,
		"a member twice":          `{"text":"a","text":"a"}`,
		"half of a pair":          `{"text":"\ud83d"}`,
		"a pair":                  `{"text":"\ud83d\ude00"}`,
		"an empty list":           `{"numbers":[]}`,
		"no UTF-8":                "{\"text\":\"\xff\"}",
		"something behind it":     `{"text":"a"} {}`,
		"a comma too many":        `{"text":"a",}`,
		"a comma too many, list":  `{"numbers":[{"value":"1"},]}`,
		"the other's end":         `{"numbers":[{"value":"1"}}}`,
		"no document":             "",
		"a list in its place":     `[]`,
		"a name without a colon":  `{"text" "a"}`,
		"a leading zero":          `{"rework":{"round":01}}`,
		"a number that goes on":   `{"rework":{"round":1x}}`,
		"a number that ends soon": `{"rework":{"round":1.}}`,
	} {
		if a, ok := PlainAppeal([]byte(text)); ok {
			t.Errorf("%s was taken: %+v", why, a)
		}
	}
}

func bytesOf(t *testing.T, name string) []byte {
	t.Helper()
	body, err := testdata.Canonical(name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// FuzzPlainIsChecked is TestPlainIsChecked of any bytes.
func FuzzPlainIsChecked(f *testing.F) {
	f.Add(small)
	f.Add(`{"id":"1","status":"answered","rating":{"value":5},"attachments":[{"size":1.0}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		compare(t, text, appealMembers)
		compare(t, text, changeMembers)
	})
}

// TestNumeral: a number is what RFC 8259 says, section 6, to its last character.
func TestNumeral(t *testing.T) {
	for s, want := range map[string]int{
		"0": 1, "-0,": 2, "10]": 2, "1.50e-7}": 7, "0E+12": 5, "01": 0, "-": 0, "-x": 0, "1.": 0, "1.e1": 0, "1e": 0, "1e+": 0, ".5": 0,
	} {
		if got := numeral(s); got != want {
			t.Errorf("%s: %d characters, want %d", s, got, want)
		}
	}
}
