package sdk_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// leaves calls visit with the path of every field below v that holds a value of
// its own; lists have one item each and pointers a target by then.
func leaves(v reflect.Value, path string, visit func(path string, leaf reflect.Value)) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		visit(path, v)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			leaves(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
	case v.Kind() == reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		leaves(v.Index(0), path, visit)
	case v.Kind() == reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		leaves(v.Elem(), path, visit)
	default:
		visit(path, v)
	}
}

// alter gives a leaf another value than its zero.
func alter(t *testing.T, leaf reflect.Value) {
	t.Helper()
	switch leaf.Kind() {
	case reflect.String:
		leaf.SetString("x")
	case reflect.Bool:
		leaf.SetBool(true)
	case reflect.Int, reflect.Int64:
		leaf.SetInt(1)
	case reflect.Float64:
		leaf.SetFloat(1)
	case reflect.Struct:
		leaf.Set(reflect.ValueOf(time.UnixMicro(1)))
	default:
		t.Fatalf("no value for a %s", leaf.Kind())
	}
}

// counts holds a digest to every field of T: those that silent names, and what
// lies below them, change nothing, every other one gives a digest of its own.
func counts[T any](t *testing.T, digest func(T) string, silent ...string) {
	t.Helper()
	var v T
	root := reflect.ValueOf(&v).Elem()
	leaves(root, "", func(string, reflect.Value) {})
	seen := map[string]string{digest(v): "the value without content"}
	fields, unheard := 0, map[string]bool{}
	leaves(root, "", func(path string, leaf reflect.Value) {
		fields++
		before := reflect.ValueOf(leaf.Interface())
		alter(t, leaf)
		got := digest(v)
		leaf.Set(before)
		i := slices.IndexFunc(silent, func(s string) bool { return path == s || strings.HasPrefix(path, s+".") })
		switch {
		case i >= 0 && seen[got] != "the value without content":
			t.Errorf("%s changes the digest", path)
		case i >= 0:
			unheard[silent[i]] = true
		case seen[got] != "":
			t.Errorf("%s has the digest of %s", path, seen[got])
		}
		if i < 0 {
			seen[got] = path
		}
	})
	if fields < 30 || len(unheard) != len(silent) {
		t.Errorf("%d fields, silent of them %v, want %v", fields, unheard, silent)
	}
}

func TestContentVersionHoldsEveryField(t *testing.T) {
	counts(t, sdk.ContentVersion, // but what the hub adds
		".ID", ".Version", ".Revision", ".AckID", ".Organisation",
		".Attachments.Size", ".Attachments.SHA256", ".Attachments.Appeal", ".Attachments.Ref", ".Attachments.Missing")
}

func TestChangeIDHoldsEveryField(t *testing.T) {
	counts(t, sdk.ChangeID,
		".ID", ".AckID",
		".Attachments.Size", ".Attachments.SHA256", ".Attachments.Appeal", ".Attachments.Ref", ".Attachments.Missing")
}

func TestDigestsAreUnambiguous(t *testing.T) {
	versions := map[string]string{}
	for what, a := range map[string]sdk.Appeal{
		"one name":           {Applicant: sdk.Applicant{Surname: "ab"}},
		"the same, cut":      {Applicant: sdk.Applicant{Surname: "a", Name: "b"}},
		"the other part":     {Applicant: sdk.Applicant{Name: "ab"}},
		"a co-applicant":     {CoApplicants: []sdk.Applicant{{Surname: "ab"}}},
		"an empty one":       {CoApplicants: []sdk.Applicant{{}}},
		"two empty ones":     {CoApplicants: []sdk.Applicant{{}, {}}},
		"an empty number":    {Numbers: []sdk.Number{{}}},
		"a point at 0, 0":    {Place: sdk.Place{Point: &sdk.Coordinates{}}},
		"nothing":            {},
		"fields in an order": {Fields: []sdk.Field{{Name: "a"}, {Name: "b"}}},
		"the other order":    {Fields: []sdk.Field{{Name: "b"}, {Name: "a"}}},
	} {
		v := sdk.ContentVersion(a)
		if len(v) != 32 || versions[v] != "" {
			t.Errorf("%s: %s, as %s", what, v, versions[v])
		}
		versions[v] = what
	}
}

// TestVersionSurvivesStorage: the hub keeps microseconds and may change offsets.
func TestVersionSurvivesStorage(t *testing.T) {
	a := goodAppeal()
	a.ReceivedAt = time.Date(2026, 3, 1, 9, 0, 0, 123456789, time.FixedZone("", 3*3600))
	stored := a
	stored.ReceivedAt = a.ReceivedAt.UTC().Truncate(time.Microsecond)
	if sdk.ContentVersion(a) != sdk.ContentVersion(stored) {
		t.Error("the version changes by storing")
	}
	if stored.ReceivedAt = stored.ReceivedAt.Add(time.Microsecond); sdk.ContentVersion(a) == sdk.ContentVersion(stored) {
		t.Error("another time is the same version")
	}
}

// TestDigestsStay: stored versions and ids are compared with new ones after an
// upgrade.
func TestDigestsStay(t *testing.T) {
	if got := sdk.ContentVersion(goodAppeal()); got != "c9a924aaa562b085826dc48bf4da4cb4" {
		t.Errorf("version %s", got)
	}
	if got := sdk.ChangeID(goodChange()); got != "28662265b92d0a5d3055aa25ad30d56d" {
		t.Errorf("change's id %s", got)
	}
}
