package possim_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/appealhub/appealhub/connectors/pos/possim"
)

// TestManyClients: each item is taken and answered once by whoever comes first.
func TestManyClients(t *testing.T) {
	c := start(t, possim.Config{PageSize: 50})
	c.must(201, "POST", "/_sim/seed", `{"count":200,"files":1}`, nil)
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			for {
				p := c.list("")
				if p.TotalElements == 0 {
					return
				}
				for _, item := range p.Content {
					path := fmt.Sprintf("/appeal-service/edms/%.0f", item["id"])
					c.do("POST", path+"/mark-accepted", "")
					c.do("POST", path, strings.Replace(final, `"id":5,`, "", 1))
				}
			}
		})
	}
	group.Wait()
	var all []state
	c.must(200, "GET", "/_sim/items", "", &all)
	for _, s := range all {
		if !s.Accepted || len(s.Answers) != 1 || s.Answers[0].BeforeAccept {
			t.Errorf("item %s: accepted %v, %d answers", s.ID, s.Accepted, len(s.Answers))
		}
	}
	if len(all) != 200 {
		t.Errorf("%d items", len(all))
	}
}

// TestDropLosesResponsesNotWork: the same share by the same seed, control
// endpoints spared.
func TestDropLosesResponsesNotWork(t *testing.T) {
	lost := func(seed uint64) (which string, accepts int) {
		server := httptest.NewServer(possim.New(possim.Config{Seed: seed, Drop: 0.3}))
		defer server.Close()
		c := &client{t: t, url: server.URL}
		c.must(201, "POST", "/_sim/items", `{"item":{"id":5}}`, nil)
		for range 40 {
			if c.answered("/user-service/oauth/token") {
				which += "."
			} else {
				which += "x"
			}
		}
		var faults []struct{ Struck, Matched int }
		c.must(200, "GET", "/_sim/faults", "", &faults)
		if n := strings.Count(which, "x"); n == 0 || n == 40 || len(faults) != 1 || faults[0].Struck != n || faults[0].Matched != 40 {
			t.Errorf("seed %d: %s, faults %+v", seed, which, faults)
		}
		var log struct {
			Log []struct{ Status int }
		}
		for bound := time.Now().Add(10 * time.Second); len(log.Log) < 40 && time.Now().Before(bound); {
			c.must(200, "GET", "/_sim/requests", "", &log) // a request is logged once its response is on its way
		}
		return which, len(log.Log)
	}
	one, n := lost(1)
	again, _ := lost(1)
	other, _ := lost(2)
	if one != again || one == other || n != 40 {
		t.Errorf("%s %s %s, %d requests", one, again, other, n)
	}
}

// answered reports whether a request got any response.
func (c *client) answered(path string) bool {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), "POST", c.url+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return true
}

func TestServe(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- possim.New(possim.Config{}).Serve(ctx, ln) }()
	c := &client{t: t, url: "http://" + ln.Addr().String()}
	c.login()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestActorsRunByThemselves: with Run, the applicant acts as time passes.
func TestActorsRunByThemselves(t *testing.T) {
	sim := possim.New(possim.Config{})
	server := httptest.NewServer(sim)
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- sim.Run(ctx) }()
	c := &client{t: t, url: server.URL}
	c.login()
	c.must(201, "POST", "/_sim/items", `{"item":{"id":5},"applicant":{"rate":5,"after":"1ms"}}`, nil)
	c.take()
	c.must(200, "POST", "/appeal-service/edms/5", final, nil)
	for c.list("").TotalElements == 0 {
		if t.Context().Err() != nil {
			t.Fatal("nothing happened")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
