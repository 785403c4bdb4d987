package journal

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
)

// Codec seals and opens the one column that holds personal data. Stream names
// whose data it is, so that a key per appeal can be chosen.
type Codec interface {
	Seal(dst []byte, stream string, plain []byte) ([]byte, error) // appended to dst
	Open(stream string, sealed []byte) ([]byte, error)
}

const saltSize = 16

// Pack puts a fresh salt before body and returns both with their digest. The
// salt lies in the sealed column, so that the digest that stays outside can't
// be guessed from a known body once the column is erased.
func Pack(body []byte) (packed, digest []byte) {
	packed = append(make([]byte, saltSize, saltSize+len(body)), body...)
	return packed, salted(packed)
}

// salted writes the salt in front of a body and returns the digest of both.
func salted(packed []byte) (digest []byte) {
	rand.Read(packed[:saltSize]) // never fails since Go 1.24
	sum := sha256.Sum256(packed)
	return sum[:]
}

// Unpack splits what Pack made.
func Unpack(packed []byte) (body, digest []byte, err error) {
	if len(packed) < saltSize {
		return nil, nil, errors.New("sealed body is too short to hold its salt")
	}
	sum := sha256.Sum256(packed)
	return packed[saltSize:], sum[:], nil
}

// PlainCodec seals nothing: it marks the column as plain, so that a later key
// tells sealed and plain rows apart.
type PlainCodec struct{}

const plainMark = 0

// Seal appends the packed bytes behind the mark for plain.
func (PlainCodec) Seal(dst []byte, _ string, packed []byte) ([]byte, error) {
	return append(append(slices.Grow(dst, 1+len(packed)), plainMark), packed...), nil
}

// Open returns the packed bytes behind the mark.
func (PlainCodec) Open(_ string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != plainMark {
		return nil, fmt.Errorf("body is sealed by a codec this journal was not opened with")
	}
	return sealed[1:], nil
}
