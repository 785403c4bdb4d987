package postgres

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgtype"
)

// TestArrays: what is encoded here are the bytes that the driver's own codecs give.
func TestArrays(t *testing.T) {
	theirs, ours := pgtype.NewMap(), pgtype.NewMap()
	arrays(ours)
	for name, one := range map[string]struct {
		oid   uint32
		value any
	}{
		"texts":               {pgtype.TextArrayOID, []string{"", "Яма", `a"b\,{}`, "NULL"}},
		"a column of texts":   {pgtype.TextArrayOID, &[]string{"x"}},
		"no texts":            {pgtype.TextArrayOID, []string{}},
		"blobs":               {pgtype.ByteaArrayOID, [][]byte{{}, {0, 255}, make([]byte, 70_000)}},
		"blobs with a NULL":   {pgtype.ByteaArrayOID, [][]byte{nil, {1}}},
		"a column of blobs":   {pgtype.ByteaArrayOID, &[][]byte{{7}}},
		"numbers":             {pgtype.Int8ArrayOID, []int64{0, -1, 1 << 62, -1 << 63}},
		"a column of numbers": {pgtype.Int8ArrayOID, &[]int64{5}},
		"numbers with a NULL": {pgtype.Int8ArrayOID, []*int64{nil, new(int64)}},
		"nothing":             {pgtype.TextArrayOID, []string(nil)},
	} {
		t.Run(name, func(t *testing.T) {
			for _, format := range []int16{pgtype.BinaryFormatCode, pgtype.TextFormatCode} {
				want, err := theirs.Encode(one.oid, format, one.value, []byte("before"))
				if err != nil {
					t.Fatal(err)
				}
				got, err := ours.Encode(one.oid, format, one.value, []byte("before"))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("format %d (-driver +here)\n%s", format, diff)
				}
			}
		})
	}
}
