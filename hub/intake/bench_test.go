package intake_test

import (
	"testing"

	"github.com/appealhub/appealhub/hub/intake"
	"github.com/appealhub/appealhub/hub/internal/document"
	"github.com/appealhub/appealhub/testdata"
)

func benchBody(b *testing.B) []byte {
	b.Helper()
	body, err := testdata.Canonical("bench-3kb.json")
	if err != nil {
		b.Fatal(err)
	}
	return body
}

// BenchmarkReadAppeal decodes, validates and normalizes a document of 3 KB.
func BenchmarkReadAppeal(b *testing.B) {
	body := benchBody(b)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := intake.ReadAppeal(body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	body := benchBody(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := document.DecodeAppeal(body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	a, err := document.DecodeAppeal(benchBody(b))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := a.Validate(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNormalize(b *testing.B) {
	a, err := document.DecodeAppeal(benchBody(b))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		a.Version = ""
		intake.Normalize(&a)
	}
}

func BenchmarkEncode(b *testing.B) {
	a, err := intake.ReadAppeal(benchBody(b))
	if err != nil {
		b.Fatal(err)
	}
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		if out, err = a.AppendJSON(out[:0]); err != nil {
			b.Fatal(err)
		}
	}
}
