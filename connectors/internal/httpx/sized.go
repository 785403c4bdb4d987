package httpx

import (
	"bytes"
	"errors"
	"io"
)

// Sized returns a reader of r's bytes and how many there are; -1 where that is
// not known. announced is what the caller knows, 0 for nothing: then r is read a
// byte ahead, and one that ends at once is empty. Not every server takes a body
// whose length it isn't told.
func Sized(r io.Reader, announced int64) (io.Reader, int64, error) {
	if announced > 0 {
		return r, announced, nil
	}
	var first [1]byte
	switch _, err := io.ReadFull(r, first[:]); {
	case errors.Is(err, io.EOF):
		return r, 0, nil
	case err != nil:
		return nil, 0, err
	}
	return io.MultiReader(bytes.NewReader(first[:]), r), -1, nil
}
