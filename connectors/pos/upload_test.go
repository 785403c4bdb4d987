package pos_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/connectors/pos"
	"github.com/appealhub/appealhub/sdk"
)

// early is a transport whose answers come as soon as the whole request is there:
// only when an answer is read it looks, as net/http's does, for the end of the
// request's body, and fails where there is none.
type early struct{}

func (early) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := io.ReadAll(io.LimitReader(r.Body, r.ContentLength))
	if err != nil {
		return nil, err
	}
	answer := `{"id":7}`
	if strings.HasSuffix(r.URL.Path, "/token") {
		answer = `{"access_token":"t"}`
	} else if !strings.HasSuffix(string(sent), "--\r\n") {
		answer = `{"messages":["the form has no end"]}`
	}
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Request: r, Body: io.NopCloser(io.MultiReader(ending{r.Body}, strings.NewReader(answer)))}, nil
}

// ending reads nothing, and fails where of does not end.
type ending struct{ of io.Reader }

func (e ending) Read([]byte) (int, error) {
	if n, err := e.of.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		return 0, err
	}
	return 0, io.EOF
}

// TestUploadAnsweredEarly: a file that the platform has taken counts as taken,
// whether or not the client has come to the end of the request's body by then.
func TestUploadAnsweredEarly(t *testing.T) {
	opened, err := pos.Spec().Open(t.Context(), sdk.Env{
		Link: "pos", Options: options("http://pos.example.test"), Log: slog.New(slog.DiscardHandler), Now: time.Now, HTTP: &http.Client{Transport: early{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		receipt, err := opened.(sdk.AttachmentSink).DeliverAttachment(t.Context(), sdk.Ref{}, sdk.Attachment{Name: "a.pdf", Size: 7}, strings.NewReader("content"))
		if err != nil || receipt.Ref.ID != "7" {
			t.Fatalf("%+v, %v", receipt, err)
		}
	}
}
