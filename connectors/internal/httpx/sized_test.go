package httpx_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
)

func TestSized(t *testing.T) {
	for name, test := range map[string]struct {
		content   string
		announced int64
		want      int64
	}{
		"announced": {"привет", 12, 12},
		"unknown":   {"привет", 0, -1},
		"one byte":  {"x", 0, -1},
		"empty":     {"", 0, 0},
	} {
		r, size, err := httpx.Sized(iotest.OneByteReader(strings.NewReader(test.content)), test.announced)
		if err != nil || size != test.want {
			t.Errorf("%s: size %d, %v", name, size, err)
			continue
		}
		if content, err := io.ReadAll(r); err != nil || string(content) != test.content {
			t.Errorf("%s: read %q, %v", name, content, err)
		}
	}
	broken := errors.New("broken")
	if _, _, err := httpx.Sized(iotest.ErrReader(broken), 0); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
