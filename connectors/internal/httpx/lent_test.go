package httpx_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
)

func TestLent(t *testing.T) {
	for name, test := range map[string]struct {
		src    io.Reader
		size   int64
		failed bool
	}{
		"as announced": {strings.NewReader("abcd"), 4, false},
		"not known":    {strings.NewReader("abcd"), 0, false},
		"short":        {strings.NewReader("abc"), 4, true},
		"long":         {strings.NewReader("abcde"), 4, true},
		"broken":       {io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(io.ErrUnexpectedEOF)), 4, true},
	} {
		l := httpx.NewLent(test.src, test.size)
		_, err := io.ReadAll(l)
		if (err != nil) != test.failed || (l.End() != nil) != test.failed {
			t.Errorf("%s: read %v, failed %v", name, err, l.End())
		}
		if _, err := l.Read(make([]byte, 1)); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%s: still readable after its end: %v", name, err)
		}
	}
}
