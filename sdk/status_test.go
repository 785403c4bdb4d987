package sdk_test

import (
	"testing"

	"github.com/appealhub/appealhub/sdk"
)

func TestStatusTable(t *testing.T) {
	final := 0
	for _, s := range sdk.Statuses() {
		if !s.Valid() {
			t.Errorf("%s is not one of its own table", s)
		}
		if s.Final() {
			final++
		}
	}
	for _, o := range sdk.Outcomes() {
		if !o.Valid() {
			t.Errorf("%s is not one of its own table", o)
		}
	}
	if final != 5 || sdk.Status("").Valid() || sdk.Status("Answered").Valid() || sdk.Outcome("").Valid() || sdk.StatusPostponed.Final() {
		t.Errorf("%d final statuses", final)
	}
}

func TestUnmapped(t *testing.T) {
	external := sdk.External{Code: "OnMeeting"}
	for _, test := range []struct {
		change sdk.StatusChange
		want   bool
	}{
		{sdk.StatusChange{External: external}, true},
		{sdk.StatusChange{External: sdk.External{Label: "На совещании"}}, true},
		{sdk.StatusChange{External: external, Status: sdk.StatusInWork}, false},
		{sdk.StatusChange{Text: "a comment"}, false},
	} {
		if test.change.Unmapped() != test.want {
			t.Errorf("%+v: want %v", test.change, test.want)
		}
	}
}

func TestZeroValues(t *testing.T) {
	for what, zero := range map[string]bool{
		"ref": sdk.Ref{}.IsZero(), "not a half one": !sdk.Ref{ID: "1"}.IsZero(), "number": sdk.Number{}.IsZero(), "place": sdk.Place{}.IsZero(),
		"not a point": !sdk.Place{Point: &sdk.Coordinates{}}.IsZero(), "rework": sdk.Rework{}.IsZero(), "rating": sdk.Rating{}.IsZero(), "not a comment": !sdk.Rating{Comment: "x"}.IsZero(),
		"not stored": !sdk.Attachment{Size: 1}.Stored(), "stored": sdk.Attachment{SHA256: "x"}.Stored(),
	} {
		if !zero {
			t.Error(what)
		}
	}
	if got := (sdk.Ref{Link: "pos", ID: "5"}).String(); got != "pos/5" || (sdk.Ref{}).String() != "" {
		t.Errorf("got %q", got)
	}
}
