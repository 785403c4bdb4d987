package simkit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// system is a simulated system that counts the work it has done.
type system struct {
	kit  *simkit.Kit
	url  string
	done atomic.Int64
}

func start(t *testing.T, seed uint64) *system {
	t.Helper()
	s := &system{kit: simkit.New(seed, nil)}
	server := httptest.NewServer(s.kit.Handler(http.HandlerFunc(s.work), http.NotFoundHandler()))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *system) work(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.done.Add(1)
	if r.URL.Path == "/long" {
		w.Header().Set("Content-Length", "100000")
		_, _ = w.Write(bytes.Repeat([]byte("x"), 100_000))
		return
	}
	simkit.WriteJSON(w, http.StatusCreated, map[string]string{"got": string(body)})
}

func (s *system) do(t *testing.T, method, path, body string) (status int, answer string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(all), err
}

func (s *system) fault(t *testing.T, body string) {
	t.Helper()
	if status, answer, err := s.do(t, "POST", "/_sim/faults", body); status != http.StatusCreated || err != nil {
		t.Fatalf("fault %s: %d %s %v", body, status, answer, err)
	}
}

func TestFaults(t *testing.T) {
	for _, test := range []struct {
		fault  string
		path   string
		status int
		says   string
		broken bool // the client sees a transport error
		done   int64
	}{
		{`{"fault":"drop_before"}`, "/x", 0, "", true, 0},
		{`{"fault":"drop_after"}`, "/x", 0, "", true, 1},
		{`{"fault":"status","status":503,"body":"{\"messages\":[\"нет\"]}"}`, "/x", 503, "нет", false, 0},
		{`{"fault":"html"}`, "/x", 200, "<html>", false, 0},
		{`{"fault":"garbage"}`, "/x", 200, `{"content":[`, false, 0},
		{`{"fault":"truncate"}`, "/x", 201, `{"got":`, true, 1},
		{`{"fault":"truncate"}`, "/long", 200, strings.Repeat("x", 50_000), true, 1},
		{`{"fault":"redirect","location":"http://other.example/"}`, "/x", 302, "", false, 0},
		{`{"fault":"throttle"}`, "/x", 429, "messages", false, 0},
		{`{"fault":"delay","delay":"1ms"}`, "/x", 201, `{"got":"hello"}`, false, 1},
		{`{"fault":"delay_after","delay":"1ms"}`, "/x", 201, `{"got":"hello"}`, false, 1},
	} {
		t.Run(test.fault+test.path, func(t *testing.T) {
			s := start(t, 1)
			s.fault(t, test.fault)
			status, answer, err := s.do(t, "POST", test.path, "hello")
			if status != test.status || !strings.Contains(answer, test.says) || (err != nil) != test.broken {
				t.Errorf("got %d %q %v", status, answer, err)
			}
			if test.says != "" && test.broken && len(answer) > 50_000 {
				t.Errorf("%d bytes came through", len(answer))
			}
			if got := s.done.Load(); got != test.done {
				t.Errorf("work done %d times, want %d", got, test.done)
			}
		})
	}
}

// TestDropIsSeen: Go's client sends a GET again by itself if a kept-alive
// connection is closed without a byte; a drop must not go unseen that way.
func TestDropIsSeen(t *testing.T) {
	s := start(t, 1)
	if _, _, err := s.do(t, "GET", "/x", ""); err != nil {
		t.Fatal(err)
	}
	s.fault(t, `{"fault":"drop_before","times":1}`)
	if _, _, err := s.do(t, "GET", "/x", ""); err == nil {
		t.Error("the dropped request was answered")
	}
	if _, _, err := s.do(t, "GET", "/x", ""); err != nil {
		t.Error(err)
	}
}

// TestDelayedWorkIsDone: what a client gave up waiting for is carried out.
func TestDelayedWorkIsDone(t *testing.T) {
	kit := simkit.New(1, nil)
	worked := make(chan string, 1)
	server := httptest.NewServer(kit.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		worked <- string(body)
	}), http.NotFoundHandler()))
	defer server.Close()
	if _, err := kit.Faults.Add(simkit.Fault{Fault: simkit.Delay, Delay: simkit.Duration(100 * time.Millisecond)}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", server.URL, strings.NewReader("late"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := http.DefaultClient.Do(req); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if got := <-worked; got != "late" {
		t.Errorf("the work got %q", got)
	}
}

func TestWhichRequestsFaultsStrike(t *testing.T) {
	strikes := func(s *system, paths ...string) string {
		marks := ""
		for _, path := range paths {
			method, path, _ := strings.Cut(path, " ")
			status, _, _ := s.do(t, method, path, "")
			marks += map[bool]string{true: "x", false: "."}[status == 503]
		}
		return marks
	}
	for _, test := range []struct {
		fault string
		paths []string
		want  string
	}{
		{`{"fault":"status","status":503,"method":"POST"}`, []string{"GET /a", "POST /a"}, ".x"},
		{`{"fault":"status","status":503,"path":"/a/b"}`, []string{"GET /a", "GET /a/b", "GET /a/bc"}, ".xx"},
		{`{"fault":"status","status":503,"path":"/a/*/c"}`, []string{"GET /a/c", "GET /a/1/c", "GET /a/1/2/c", "GET /a/1/c/d"}, ".xx."},
		{`{"fault":"status","status":503,"path":"*odata/IRequests(*"}`, []string{"GET /odata/IRequests", "GET /odata/IRequests(5)/Versions"}, ".x"},
		{`{"fault":"status","status":503,"times":2}`, []string{"GET /a", "GET /a", "GET /a"}, "xx."},
		{`{"fault":"status","status":503,"every":2}`, []string{"GET /a", "GET /a", "GET /a", "GET /a"}, ".x.x"},
		{`{"fault":"status","status":503,"every":2,"times":1}`, []string{"GET /a", "GET /a", "GET /a", "GET /a"}, ".x.."},
	} {
		s := start(t, 1)
		s.fault(t, test.fault)
		if got := strikes(s, test.paths...); got != test.want {
			t.Errorf("%s: got %s, want %s", test.fault, got, test.want)
		}
	}
	t.Run("by chance, the same for a seed", func(t *testing.T) {
		paths := make([]string, 60)
		for i := range paths {
			paths[i] = "GET /a"
		}
		var runs []string
		for _, seed := range []uint64{1, 1, 2} {
			s := start(t, seed)
			s.fault(t, `{"fault":"status","status":503,"probability":0.5}`)
			runs = append(runs, strikes(s, paths...))
		}
		if runs[0] != runs[1] || runs[0] == runs[2] || strings.Count(runs[0], "x") < 15 || strings.Count(runs[0], "x") > 45 {
			t.Error(runs)
		}
	})
}

func TestFaultControl(t *testing.T) {
	s := start(t, 1)
	for _, bad := range []string{`{}`, `{"fault":"explode"}`, `{"fault":"status"}`, `{"fault":"delay"}`, `{"fault":"delay","delay":"soon"}`, `{"fault":"redirect"}`, `{"fault":"html","times":-1}`, `{"fault":"html","probability":2}`, `{`, `{"fault":"html","pth":"/a"}`, `{"fault":"html"} {}`} {
		if status, _, _ := s.do(t, "POST", "/_sim/faults", bad); status != http.StatusBadRequest {
			t.Errorf("%s: got %d", bad, status)
		}
	}
	s.fault(t, `{"fault":"html","path":"/a"}`)
	s.fault(t, `{"fault":"throttle","path":"/b","times":1,"retry_after":"120"}`)
	s.fault(t, `{"fault":"html","path":"/c"}`)
	_, _, _ = s.do(t, "GET", "/b", "")
	if status, _, _ := s.do(t, "DELETE", "/_sim/faults/1", ""); status != http.StatusNoContent {
		t.Errorf("delete: %d", status)
	}
	if status, _, _ := s.do(t, "DELETE", "/_sim/faults/x", ""); status != http.StatusBadRequest {
		t.Errorf("delete x: %d", status)
	}
	_, answer, _ := s.do(t, "GET", "/_sim/faults", "")
	var got []simkit.Fault
	if err := json.Unmarshal([]byte(answer), &got); err != nil {
		t.Fatal(err)
	}
	want := []simkit.Fault{
		{ID: 2, Fault: "throttle", Path: "/b", Times: 1, RetryAfter: "120", Matched: 1, Struck: 1},
		{ID: 3, Fault: "html", Path: "/c"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	_, _, _ = s.do(t, "DELETE", "/_sim/faults", "")
	if left := s.kit.Faults.List(); len(left) != 0 {
		t.Error(left)
	}
}

func TestRequestsAreCountedUnderLoad(t *testing.T) {
	s := start(t, 1)
	s.fault(t, `{"fault":"status","status":503,"path":"/bad"}`)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 300 {
				_, _, _ = s.do(t, "GET", map[bool]string{true: "/bad", false: "/good"}[i%2 == 0], "")
			}
		})
	}
	group.Wait()
	_, answer, _ := s.do(t, "GET", "/_sim/requests?path=/bad", "")
	var got struct {
		Total    int            `json:"total"`
		ByStatus map[string]int `json:"by_status"`
		ByFault  map[string]int `json:"by_fault"`
		ByMethod map[string]int `json:"by_method"`
		Log      []simkit.Entry `json:"log"`
	}
	if err := json.Unmarshal([]byte(answer), &got); err != nil {
		t.Fatal(err)
	}
	if got.Total != 2400 || got.ByStatus["503"] != 1200 || got.ByStatus["201"] != 1200 || got.ByFault["status"] != 1200 || got.ByMethod["GET"] != 2400 {
		t.Errorf("got %+v", got)
	}
	all := s.kit.Requests.Log("", "")
	if len(all) != 2000 || all[0].N != 401 || all[1999].N != 2400 {
		t.Errorf("%d kept, from %d to %d", len(all), all[0].N, all[len(all)-1].N)
	}
	for _, e := range got.Log {
		if e.Path != "/bad" || e.Fault != simkit.Status {
			t.Fatalf("got %+v", e)
		}
	}
	_, _, _ = s.do(t, "DELETE", "/_sim/requests", "")
	if left := s.kit.Requests.Log("", ""); len(left) != 0 {
		t.Errorf("%d left", len(left))
	}
}

func TestClockEndpoint(t *testing.T) {
	begin := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	kit := simkit.New(1, simkit.NewFrozenClock(begin))
	server := httptest.NewServer(kit.Handler(http.NotFoundHandler(), http.NotFoundHandler()))
	defer server.Close()
	var log []string
	note := func(name string) func(time.Time) {
		return func(at time.Time) {
			log = append(log, fmt.Sprint(name, " ", at.Sub(begin), " ", kit.Clock.Now().Sub(begin)))
			if name == "b" {
				kit.Timetable.At(at.Add(time.Hour), func(at time.Time) { log = append(log, fmt.Sprint("b2 ", at.Sub(begin))) })
			}
		}
	}
	kit.Timetable.At(begin.Add(3*time.Hour), note("c"))
	kit.Timetable.At(begin.Add(time.Hour), note("a"))
	kit.Timetable.At(begin.Add(time.Hour), note("b"))
	kit.Timetable.At(begin.Add(100*time.Hour), note("d"))
	post := func(body string) (int, string) {
		resp, err := http.Post(server.URL+"/_sim/clock", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		answer, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(answer)
	}
	status, answer := post(`{"advance":"72h"}`)
	if status != 200 || answer != `{"now":"2026-03-04T09:00:00Z","waiting":1}` {
		t.Errorf("got %d %s", status, answer)
	}
	if diff := cmp.Diff([]string{"a 1h0m0s 1h0m0s", "b 1h0m0s 1h0m0s", "b2 2h0m0s", "c 3h0m0s 3h0m0s"}, log); diff != "" {
		t.Error(diff)
	}
	if status, _ := post(`{"set":"2026-03-30T09:00:00Z"}`); status != 200 || len(log) != 5 {
		t.Errorf("got %d, %v", status, log)
	}
	for _, bad := range []string{`{}`, `{"advance":"tomorrow"}`, `{"advance":"-1h"}`, `{"advance":"2562047h"}`, `{"set":"9999-12-31T23:59:59Z"}`} {
		if status, _ := post(bad); status != 400 {
			t.Errorf("%s: got %d", bad, status)
		}
	}
	resp, err := http.Get(server.URL + "/_sim/clock")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
}

func TestRunDoesThingsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kit := simkit.New(1, nil)
		begin := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- kit.Run(ctx) }()
		did := make(chan time.Duration, 3)
		note := func(time.Time) { did <- time.Since(begin) }
		synctest.Wait() // Run waits for something to do
		kit.Timetable.At(begin.Add(time.Minute), note)
		kit.Timetable.At(begin.Add(time.Second), note)
		if first, second := <-did, <-did; first != time.Second || second != time.Minute {
			t.Errorf("done after %s and %s", first, second)
		}
		kit.Timetable.At(kit.Clock.Now().Add(time.Hour), note)
		kit.Timetable.AdvanceTo(kit.Clock.Now().Add(2 * time.Hour))
		if third := <-did; third != time.Minute {
			t.Errorf("after a jump of the clock it was done at %s", third)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestServeEndsWithContext(t *testing.T) {
	kit := simkit.New(1, nil)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	inside, finish := make(chan struct{}), make(chan struct{})
	h := kit.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(inside)
		<-finish
		_, _ = io.WriteString(w, "finished")
	}), http.NotFoundHandler())
	ended := make(chan error, 1)
	go func() { ended <- kit.Serve(ctx, ln, h) }()
	answered := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + ln.Addr().String())
		if err != nil {
			answered <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		answered <- string(body)
	}()
	<-inside
	cancel()
	close(finish)
	if got := <-answered; got != "finished" {
		t.Errorf("the running request got %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestRandDependsOnSeedAndName(t *testing.T) {
	draw := func(seed uint64, name string) uint64 { return simkit.Rand(seed, name).Uint64() }
	first, again := draw(1, "a"), draw(1, "a")
	if first != again || first == draw(1, "b") || first == draw(2, "a") {
		t.Error("not what seed and name say")
	}
}
