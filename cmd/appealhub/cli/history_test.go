package cli

import (
	"encoding/json"
	"testing"
)

// TestSentence: every kind of event reads as one line, without personal data.
func TestSentence(t *testing.T) {
	for event, want := range map[string]string{
		`{"kind":"appeal.received","link":"pos","ref_id":"42"}`:                                                           "received from pos as 42",
		`{"kind":"appeal.received","link":"pos","ref_id":"42","reason":"no_route"}`:                                       "received from pos as 42 (parked: no route)",
		`{"kind":"appeal.revised","link":"pos","revision":2}`:                                                             "revision 2 from pos",
		`{"kind":"appeal.routed","actor":"anna"}`:                                                                         "routed anew, by anna",
		`{"kind":"status.changed","link":"rx","status":"in_work","external":"OnExecution"}`:                               "rx says: status in work, its own code OnExecution",
		`{"kind":"status.changed","link":"rx","external":"Odd","reason":"unmapped_status"}`:                               "rx says: its own code Odd (parked: unmapped status)",
		`{"kind":"status.changed","link":"rx","status":"registered","reason":"stale"}`:                                    "rx says: status registered (on record only: older than what is known)",
		`{"kind":"status.changed","link":"rx","status":"registered","reason":"not_lead"}`:                                 "rx says: status registered (on record only: the link does not lead)",
		`{"kind":"status.changed","link":"rx","data":{"number":{"value":"А-7/26"},"text":"личное"}}`:                      "rx says: number А-7/26",
		`{"kind":"status.changed","link":"rx","status":"answered","outcome":"explained","data":{"attachments":[{}]}}`:     "rx says: status answered, outcome explained, with files",
		`{"kind":"status.changed","link":"pos","data":{"rating":{"value":4}}}`:                                            "pos says: rating 4",
		`{"kind":"status.parked","link":"rx"}`:                                                                            "rx says: a change without a status",
		`{"kind":"item.rejected","link":"pos"}`:                                                                           "an item of pos can't be read; its bytes are kept",
		`{"kind":"attachment.stored","link":"pos","attachment":"7"}`:                                                      "file 7 of pos is stored",
		`{"kind":"attachment.missing","link":"pos","attachment":"7"}`:                                                     "file 7 of pos can't be had",
		`{"kind":"delivery.done","link":"rx","verb":"appeal","receipt_id":"81"}`:                                          "rx took the appeal as 81",
		`{"kind":"delivery.done","link":"smev","verb":"appeal","token":"t"}`:                                              "smev took the appeal, to be confirmed",
		`{"kind":"delivery.done","link":"pos","verb":"status"}`:                                                           "pos took the status",
		`{"kind":"delivery.done","link":"control","verb":"deadline"}`:                                                     "control took the news of a term",
		`{"kind":"delivery.dead","link":"rx","verb":"attachment","attachment":"7","reason":"rejected","delivery":12}`:     "rx did not take file 7: rejected (dead letter, delivery 12)",
		`{"kind":"delivery.requeued","link":"rx","delivery":12,"actor":"anna"}`:                                           "delivery 12 to rx is tried again, by anna",
		`{"kind":"delivery.skipped","link":"rx","delivery":12,"actor":"anna"}`:                                            "delivery 12 to rx is given up, by anna",
		`{"kind":"delivery.requeued","link":"rx","delivery":12,"actor":"anna","data":{"text":"починено"}}`:                "delivery 12 to rx is tried again, by anna: починено",
		`{"kind":"delivery.skipped","link":"rx","delivery":12,"data":{"text":"sent by post"}}`:                            "delivery 12 to rx is given up: sent by post",
		`{"kind":"item.dismissed","link":"rx","actor":"anna","data":{"text":"прислано заново"}}`:                          "a parked item of rx is taken off the list, by anna: прислано заново",
		`{"kind":"delivery.dead","link":"rx","verb":"status","reason":"rejected","delivery":12,"data":{"text":"личное"}}`: "rx did not take the status: rejected (dead letter, delivery 12)",
		`{"kind":"something.new","link":"rx"}`:                                                                            "something.new rx",

		`{"kind":"delivery.skipped","link":"rx","delivery":13,"verb":"attachment","attachment":"plan","reason":"no_record","actor":"anna"}`: "delivery 13 to rx (file plan) is given up with the appeal: there is no record for it, by anna",
	} {
		var e document
		if err := json.Unmarshal([]byte(event), &e); err != nil {
			t.Fatal(err)
		}
		if got := sentence(e, nil); got != want {
			t.Errorf("%s:\n got %s\nwant %s", event, got, want)
		}
	}
}

// TestPrintable: what a system sent can't steer the operator's terminal.
func TestPrintable(t *testing.T) {
	if got := printable("a\x1b[31m\tb\nc\u202ed\x07"); got != "a[31m b cd" {
		t.Errorf("got %q", got)
	}
	if got := shown(""); got != "-" {
		t.Errorf("got %q", got)
	}
}

// TestContent: a trail tells what an appeal is, and of a revision what is new in
// it.
func TestContent(t *testing.T) {
	var events []document
	if err := json.Unmarshal([]byte(`[
		{"kind":"appeal.received","link":"pos","ref_id":"42","data":{"kind":"appeal","text":"а","numbers":[{"value":"ПОС-1"}],"answer_by":"2026-12-01"}},
		{"kind":"status.changed","link":"rx","status":"answered"},
		{"kind":"appeal.revised","link":"pos","revision":2,"data":{"text":"а","answer_by":"2026-12-01","rework":{"round":1,"reason":"личное"}}},
		{"kind":"appeal.revised","link":"pos","revision":3,"data":{"text":"б","answer_by":"2027-01-01","rework":{"round":1},"rating":{"value":4}}}
	]`), &events); err != nil {
		t.Fatal(err)
	}
	for i, want := range map[int]string{
		0: "received from pos as 42: appeal under 59-ФЗ, ПОС-1, answer by 2026-12-01",
		2: "revision 2 from pos: repeated consideration, round 1",
		3: "revision 3 from pos: rating 4, answer by 2027-01-01, another text",
	} {
		if got := sentence(events[i], contentBefore(events, i)); got != want {
			t.Errorf("%d:\n got %s\nwant %s", i, got, want)
		}
	}
}
