package directumrx

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

func TestValueEncoding(t *testing.T) {
	random := rand.NewChaCha8([32]byte{1})
	for _, size := range []int{0, 1, 2, 3, 24<<10 - 1, 24 << 10, 24<<10 + 1, 100_000} {
		body := make([]byte, size)
		_, _ = random.Read(body)
		for name, src := range map[string]io.Reader{"whole": bytes.NewReader(body), "bytes": iotest.OneByteReader(bytes.NewReader(body))} {
			wire, err := io.ReadAll(newValue(src))
			if err != nil {
				t.Fatal(err)
			}
			var got struct{ Value []byte }
			if err := json.Unmarshal(wire, &got); err != nil || !bytes.Equal(got.Value, body) {
				t.Errorf("%d %s: %v", size, name, err)
			}
			if want := valueLength(int64(size)); want != int64(len(wire)) {
				t.Errorf("%d %s: %d bytes on the wire, announced %d", size, name, len(wire), want)
			}
		}
	}
}

func TestFindValue(t *testing.T) {
	long := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("ж+/"), 50_000))
	for name, test := range map[string]struct {
		in, want string
		fails    bool
	}{
		"plain":       {`{"Value":"QUJD"}`, "QUJD", false},
		"metadata":    {`{"@odata.context":"x#\"Value\":\"y\"","Id":5,"Rows":[{"Value":"no"},"Value"],"Value" : "QUJD","After":1}`, "QUJD", false},
		"lower case":  {`{"value":"QUJD"}`, "QUJD", false},
		"escapes":     {`{"Value":"QU\u002bD\/\/\u002B"}`, "QU+D//+", false},
		"null":        {`{"Value":null}`, "", false},
		"empty":       {`{"Value":""}`, "", false},
		"long":        {`{"Value":"` + long + `"}`, long, false},
		"none":        {`{"Id":1}`, "", true},
		"collection":  {`{"value":[{"Id":1}]}`, "", true},
		"cut":         {`{"Val`, "", true},
		"not JSON":    {`%PDF-1.7`, "", true},
		"never ended": {`{"Value":"QUJD`, "", true},
	} {
		value, err := findValue(bufio.NewReader(strings.NewReader(test.in)))
		var got []byte
		if err == nil {
			got, err = io.ReadAll(value)
		}
		if (err != nil) != test.fails || !test.fails && string(got) != test.want {
			t.Errorf("%s: got %.40q, %v", name, got, err)
		}
	}
}

func FuzzFindValue(f *testing.F) {
	f.Add(`{"a":[{"b":"\u0041"}],"Value":"QUJD"}`)
	f.Fuzz(func(t *testing.T, in string) {
		value, err := findValue(bufio.NewReader(strings.NewReader(in)))
		if err == nil {
			_, _ = io.Copy(io.Discard, value)
		}
		var whole struct{ Value *string }
		if json.Unmarshal([]byte(in), &whole) == nil && whole.Value != nil && err != nil {
			t.Errorf("%q holds a Value that was not found", in)
		}
	})
}
