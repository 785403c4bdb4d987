package dispatch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/sdk"
)

// poster is a sink of one POST an appeal.
type poster struct {
	client *http.Client
	url    string
}

func (p poster) DeliverAppeal(ctx context.Context, a sdk.Appeal) (sdk.Receipt, error) {
	body, err := json.Marshal(a)
	if err != nil {
		return sdk.Receipt{}, err
	}
	if p.client == nil {
		return sdk.Receipt{Ref: sdk.Ref{Link: target, ID: a.ID}}, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return sdk.Receipt{}, err
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return sdk.Receipt{}, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return sdk.Receipt{Ref: sdk.Ref{Link: target, ID: a.ID}}, err
}

func (poster) Close() error { return nil }

// BenchmarkDispatch delivers appeals that wait in SQLite: claim, call, settle.
// ns/op is of one delivery.
func BenchmarkDispatch(b *testing.B) {
	system := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
	}))
	defer system.Close()
	for _, places := range []int{8, 32} {
		config := link.Config{Name: target, Connector: "test", Concurrency: places}
		client, err := link.NewHTTPClient(config)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("none/%d", places), func(b *testing.B) { benchmark(b, config, poster{}) })
		b.Run(fmt.Sprintf("http/%d", places), func(b *testing.B) { benchmark(b, config, poster{client, system.URL}) })
	}
}

func benchmark(b *testing.B, config link.Config, c sdk.Connector) {
	w := newWorld(b, setting{links: map[string]sdk.Connector{target: c}, config: config})
	for n := 0; n < b.N; n += 500 {
		var all []sdk.Appeal
		for i := n; i < min(n+500, b.N); i++ {
			all = append(all, appeal(i, "1"))
		}
		w.submit(all...)
	}
	b.ReportAllocs()
	b.ResetTimer()
	w.run()
	for range time.Tick(10 * time.Millisecond) {
		stats, err := w.journal.Stats(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		if stats.Links[target].Open == 0 {
			break
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	if got := len(w.log.lines("level=")); got > 1 {
		b.Errorf("%d log lines", got)
	}
}
