package postgres

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// connected has a connection encode arrays as arrays says.
func connected(_ context.Context, c *pgx.Conn) error {
	arrays(c.TypeMap())
	return nil
}

// arrays has the columns of a table encoded with room made for them at once: else the
// buffer grows with every element, and each time what is there is copied.
func arrays(m *pgtype.Map) {
	array[string]{element: pgtype.TextOID, size: func(s string) int { return len(s) }, put: func(b []byte, s string) []byte { return append(b, s...) }}.register(m, pgtype.TextArrayOID)
	array[[]byte]{element: pgtype.ByteaOID, size: sizeOfBlob, put: func(b, v []byte) []byte { return append(b, v...) }}.register(m, pgtype.ByteaArrayOID)
	array[int64]{element: pgtype.Int8OID, size: func(int64) int { return 8 }, put: func(b []byte, n int64) []byte { return binary.BigEndian.AppendUint64(b, uint64(n)) }}.register(m, pgtype.Int8ArrayOID)
}

// sizeOfBlob is the length of what is no NULL.
func sizeOfBlob(v []byte) int {
	if v == nil {
		return null
	}
	return len(v)
}

// null is the length that the protocol gives a NULL.
const null = -1

// array is the codec of an array of one dimension, for slices of T; for all other values
// it is the one that it stands in front of.
type array[T any] struct {
	pgtype.Codec
	element uint32
	size    func(T) int // bytes of an element, or null
	put     func([]byte, T) []byte
}

func (a array[T]) register(m *pgtype.Map, oid uint32) {
	if known, ok := m.TypeForOID(oid); ok {
		a.Codec = known.Codec
		m.RegisterType(&pgtype.Type{Name: known.Name, OID: oid, Codec: a})
	}
}

// PlanEncode is pgtype.Codec's.
func (a array[T]) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if format == pgtype.BinaryFormatCode {
		switch value.(type) {
		case []T, *[]T:
			return a
		}
	}
	return a.Codec.PlanEncode(m, oid, format, value)
}

// Encode is pgtype.EncodePlan's. The form is that of PostgreSQL's array_recv.
func (a array[T]) Encode(value any, b []byte) ([]byte, error) {
	all, ok := value.([]T)
	if !ok {
		all = *value.(*[]T)
	}
	bytes, holes := 0, uint32(0)
	for _, v := range all {
		n := a.size(v)
		if n == null {
			holes = 1
		}
		bytes += 4 + max(0, n)
	}
	b = slices.Grow(b, bytes+20)
	for _, word := range []uint32{1, holes, a.element, uint32(len(all)), 1} { // dimensions, …, the first one's index
		b = binary.BigEndian.AppendUint32(b, word)
	}
	for _, v := range all {
		n := a.size(v)
		if b = binary.BigEndian.AppendUint32(b, uint32(n)); n != null {
			b = a.put(b, v)
		}
	}
	return b, nil
}
