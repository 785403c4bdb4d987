package journal

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// Codec seals and opens the one column that holds personal data. Stream names
// whose data it is, so that a key per appeal can be chosen.
type Codec interface {
	Seal(stream string, plain []byte) ([]byte, error)
	Open(stream string, sealed []byte) ([]byte, error)
}

const saltSize = 16

// Pack puts a fresh salt before body and returns both with their digest. The
// salt lies in the sealed column, so that the digest that stays outside can't
// be guessed from a known body once the column is erased.
func Pack(body []byte) (packed, digest []byte) {
	packed = make([]byte, saltSize+len(body))
	rand.Read(packed[:saltSize]) // never fails since Go 1.24
	copy(packed[saltSize:], body)
	sum := sha256.Sum256(packed)
	return packed, sum[:]
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

// Seal returns the packed bytes behind the mark for plain.
func (PlainCodec) Seal(_ string, packed []byte) ([]byte, error) {
	sealed := make([]byte, 1+len(packed))
	sealed[0] = plainMark
	copy(sealed[1:], packed)
	return sealed, nil
}

// Open returns the packed bytes behind the mark.
func (PlainCodec) Open(_ string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != plainMark {
		return nil, fmt.Errorf("body is sealed by a codec this journal was not opened with")
	}
	return sealed[1:], nil
}
