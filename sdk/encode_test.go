package sdk_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/sdk"
)

// reference is what encoding/json writes.
func reference(t *testing.T, v any) string {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

var texts = []string{"", "x", "Во дворе <не> горит & свет", "\"кавычки\" и \\", "строка\nи\tтаб\r\b\f\x01\x1f\x7f", "€ 𝄞 \ufffd"}

// fill gives every field a value or leaves it as it is.
func fill(v reflect.Value, rnd *rand.Rand) {
	if rnd.IntN(3) == 0 {
		return
	}
	switch out := v.Addr().Interface().(type) {
	case *time.Time:
		*out = time.Unix(rnd.Int64N(1<<33), rnd.Int64N(1e9)).In(time.FixedZone("", int(rnd.Int64N(24)-12)*3600))
		return
	case *sdk.Date:
		*out = sdk.DateOf(time.Unix(rnd.Int64N(1<<37), 0).UTC())
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts[rnd.IntN(len(texts))])
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(rnd.Int64N(1000) - 500)
	case reflect.Float64:
		v.SetFloat([]float64{0, 55.75, -1e-9, 1e22, 123456789.123}[rnd.IntN(5)])
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), rnd)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rnd.IntN(3), 3))
		for i := range v.Len() {
			fill(v.Index(i), rnd)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), rnd)
		}
	default:
		panic("a kind that the test can't fill: " + v.Type().String())
	}
}

// TestAppendJSON: the hand-written encoder is encoding/json's equal, whatever
// member a type gets.
func TestAppendJSON(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var a sdk.Appeal
		var c sdk.StatusChange
		fill(reflect.ValueOf(&a).Elem(), rnd)
		fill(reflect.ValueOf(&c).Elem(), rnd)
		var f sdk.Attachment
		fill(reflect.ValueOf(&f).Elem(), rnd)
		for _, v := range []interface{ AppendJSON([]byte) ([]byte, error) }{&a, &c, &f} {
			got, err := v.AppendJSON(nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(reference(t, v), string(got)); diff != "" {
				t.Fatalf("%T:\n%s", v, diff)
			}
		}
	}
}

// TestAppendJSONAppends: what was there stays.
func TestAppendJSONAppends(t *testing.T) {
	got, err := (&sdk.Attachment{Name: "x"}).AppendJSON([]byte("data: "))
	if err != nil || string(got) != `data: {"name":"x"}` {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestAppendJSONRefuses: what has no form in JSON is an error that tells nothing
// of the value.
func TestAppendJSONRefuses(t *testing.T) {
	for what, a := range map[string]sdk.Appeal{
		"text":   {Text: "Иванов\xff"},
		"half":   {Text: "Иванов\xd0"},
		"ascii":  {Text: "\xd0Иванов"},
		"half 3": {Text: "Иванов\xed\xa0\x80"},
		"number": {Place: sdk.Place{Point: &sdk.Coordinates{Lat: math.NaN()}}},
		"time":   {ReceivedAt: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		if _, err := a.AppendJSON(nil); err == nil || strings.Contains(err.Error(), "Иванов") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
