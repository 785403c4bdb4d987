package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/connectors/webhook"
	"github.com/appealhub/appealhub/connectors/webhook/webhooksim"
	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
	"github.com/appealhub/appealhub/sdk"
)

// controlled is a hub on SQLite whose appeals go to a sink and whose terms are
// told to webhooks.
type controlled struct {
	*testing.T
	cfg  Config
	sink *sink
	hub  *Hub
	stop func()
}

// hookTo is a link to a webhook at the address.
func hookTo(name, address string) link.Config {
	return link.Config{Name: name, Connector: "webhook", Options: sdk.Options{"url": "http://" + address + "/hook", "secret": webhooksim.DefaultSecret}}
}

// newControlled starts a hub with links to webhooks.
func newControlled(t *testing.T, hooks ...link.Config) *controlled {
	t.Helper()
	c := &controlled{T: t, sink: &sink{seen: map[string]int{}}}
	c.cfg = Config{
		Organisations: []Organisation{{Key: "adm", Name: "A", TimeZone: "Europe/Moscow"}}, DataDir: t.TempDir(), Journal: "sqlite", Bus: Embedded,
		HTTP: HTTP{Listen: "127.0.0.1:0"}, Links: append(hooks, link.Config{Name: "sink", Connector: "sink"}),
		Routes: []route.Rule{{From: "api", To: []string{"sink"}}}, Drain: time.Second,
	}
	c.start()
	return c
}

func (c *controlled) start() {
	c.Helper()
	c.hub, c.stop = runHub(c.T, c.cfg, webhook.Spec(), c.sink.spec())
}

// overdue submits an appeal whose answer was due long ago and returns its id.
func (c *controlled) overdue() string {
	c.Helper()
	d := doc("Яма")
	d["answer_by"] = "2026-01-12"
	status, _, body := ask(c.T, c.hub, "POST", "/api/v1/appeals", d)
	if status != 201 {
		c.Fatalf("%d %v", status, body)
	}
	return body["id"].(string)
}

// tick tells what is due of terms, as the hub's clock does every minute.
func (c *controlled) tick() {
	c.Helper()
	for more := true; more; {
		var err error
		if more, err = c.hub.intake.Tick(c.Context()); err != nil {
			c.Fatal(err)
		}
	}
}

// news are the events of an appeal's terms as the journal has them, in order.
func (c *controlled) news(appeal string) (ids []string) {
	c.Helper()
	_, _, body := ask(c.T, c.hub, "GET", "/api/v1/appeals/"+appeal+"/history", nil)
	for _, one := range body["items"].([]any) {
		e := one.(map[string]any)
		if kind := e["kind"].(string); strings.HasPrefix(kind, "deadline.") {
			ids = append(ids, e["id"].(string))
		}
	}
	return ids
}

// link is a link as the API shows it.
func (c *controlled) link(name string) map[string]any {
	c.Helper()
	status, _, body := ask(c.T, c.hub, "GET", "/api/v1/links/"+name, nil)
	if status != 200 {
		c.Fatalf("%d %v", status, body)
	}
	return body
}

// receiver is a simulated receiver that listens at the address; empty: anywhere.
func receiver(t *testing.T, address string) (*webhooksim.Sim, string) {
	t.Helper()
	sim, err := webhooksim.New(webhooksim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(sim)
	if address != "" {
		server.Listener.Close()
		if server.Listener, err = net.Listen("tcp", address); err != nil {
			t.Fatal(err)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return sim, server.Listener.Addr().String()
}

// strike makes the receiver's next posts fail, one after the other.
func strike(t *testing.T, sim *webhooksim.Sim, faults ...string) {
	t.Helper()
	for _, f := range faults {
		w := httptest.NewRecorder()
		sim.ServeHTTP(w, httptest.NewRequest("POST", "/_sim/faults", strings.NewReader(`{"method":"POST","times":1,`+f+`}`)))
		if w.Code != 201 {
			t.Fatalf("%s: %s", f, w.Body)
		}
	}
}

// unstruck names the faults that have not happened.
func unstruck(t *testing.T, sim *webhooksim.Sim) (left string) {
	t.Helper()
	w := httptest.NewRecorder()
	sim.ServeHTTP(w, httptest.NewRequest("GET", "/_sim/faults", nil))
	var all []struct {
		Fault  string `json:"fault"`
		Struck int    `json:"struck"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &all); err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.Struck == 0 {
			left += f.Fault + " "
		}
	}
	return left
}

// ids are those of messages, in order.
func ids(messages []webhooksim.Message) (out []string) {
	for _, m := range messages {
		out = append(out, m.ID)
	}
	return out
}

// TestWebhook: whatever becomes of the calls, the receiver is told of each event
// of a term, in their order for each appeal, with a signature that it verifies
// and under one id; what it had taken before comes again with the same bytes.
func TestWebhook(t *testing.T) {
	t.Parallel()
	sim, address := receiver(t, "")
	c := newControlled(t, hookTo("control", address))
	strike(t, sim, `"fault":"drop_after"`, `"fault":"status","status":503`) // both on one message
	appeals := []string{c.overdue()}
	c.tick()
	if got := c.news(appeals[0]); len(got) < 2 {
		t.Fatalf("told of %v", got)
	}
	eventually(t, "all is told", func() bool { return c.link("control")["open"] == 0.0 })
	if got := sim.Messages(appeals[0]); len(got[0].Attempts) != 2 || got[0].Attempts[0] == got[0].Attempts[1] {
		t.Errorf("each attempt has a time of its own: %v", got[0].Attempts)
	}
	strike(t, sim, `"fault":"drop_before"`, `"fault":"throttle"`, `"fault":"status","status":500`)
	for range 3 {
		appeals = append(appeals, c.overdue())
	}
	c.tick()
	eventually(t, "all is told", func() bool { return c.link("control")["open"] == 0.0 })
	again := 0
	for _, appeal := range appeals {
		got := sim.Messages(appeal)
		if want := c.news(appeal); !slices.Equal(ids(got), want) {
			t.Errorf("told of %v, recorded are %v", ids(got), want)
		}
		for _, m := range got {
			again += m.Times - 1
		}
		if last := got[len(got)-1]; last.Type != "deadline.passed" || !strings.Contains(string(last.Body), `"term":"answer","due":"2026-01-12"`) {
			t.Errorf("got %s", last.Body)
		}
	}
	if again != 1 {
		t.Errorf("%d came again, one answer was lost", again)
	}
	if left := unstruck(t, sim); left != "" {
		t.Errorf("what did not happen: %s", left)
	}
	if dead := c.link("control")["dead"]; dead != 0.0 {
		t.Errorf("%v dead letters", dead)
	}
}

// TestWebhookRestart: what was told before a restart is told no second time, and
// what fell due while no hub ran is told at the start.
func TestWebhookRestart(t *testing.T) {
	t.Parallel()
	sim, address := receiver(t, "")
	c := newControlled(t, hookTo("control", address))
	first := c.overdue()
	c.tick()
	eventually(t, "the first is told", func() bool { return len(sim.Messages(first)) > 0 && c.link("control")["open"] == 0.0 })
	second := c.overdue()
	c.stop()
	c.start()
	eventually(t, "the second is told", func() bool { return len(sim.Messages(second)) > 0 && c.link("control")["open"] == 0.0 })
	for _, appeal := range []string{first, second} {
		got := sim.Messages(appeal)
		if want := c.news(appeal); !slices.Equal(ids(got), want) {
			t.Errorf("told of %v, recorded are %v", ids(got), want)
		}
		for _, m := range got {
			if m.Times != 1 {
				t.Errorf("%s was told %d times", m.ID, m.Times)
			}
		}
	}
}

// TestWebhookDown: a webhook that nobody answers at holds up nobody else, and is
// told of everything once it is back.
func TestWebhookDown(t *testing.T) {
	t.Parallel()
	well, address := receiver(t, "")
	gone := closedPort(t)
	c := newControlled(t, hookTo("down", gone), hookTo("well", address))
	appeal := c.overdue()
	c.tick()
	eventually(t, "the other is told", func() bool { return len(well.Messages(appeal)) == len(c.news(appeal)) })
	eventually(t, "the appeal is delivered", func() bool { return c.sink.count(appeal) == 1 })
	eventually(t, "the link is known to be down", func() bool { return c.link("down")["state"] == "down" })
	for _, name := range []string{"well", "sink"} {
		if got := c.link(name); got["state"] != "up" || got["open"] != 0.0 {
			t.Errorf("%s: %v", name, got)
		}
	}
	if status, _, body := ask(t, c.hub, "GET", "/readyz", nil); status != 200 || body["status"] != "degraded" {
		t.Errorf("%d %v", status, body)
	}
	back, _ := receiver(t, gone)
	eventually(t, "it is told once it is back", func() bool { return slices.Equal(ids(back.Messages(appeal)), c.news(appeal)) })
}

// TestWebhookGone: 410 pauses the link; nothing is lost.
func TestWebhookGone(t *testing.T) {
	t.Parallel()
	sim, address := receiver(t, "")
	c := newControlled(t, hookTo("control", address))
	strike(t, sim, `"fault":"status","status":410`)
	appeal := c.overdue()
	c.tick()
	eventually(t, "the link is paused", func() bool { return c.link("control")["state"] == "paused" })
	if got := c.link("control"); got["last_kind"] != "denied" || got["dead"] != 0.0 {
		t.Errorf("got %v", got)
	}
	if status, _, body := ask(t, c.hub, "POST", "/api/v1/links/control/resume", nil); status != 200 {
		t.Errorf("%d %v", status, body)
	}
	eventually(t, "it is told", func() bool { return slices.Equal(ids(sim.Messages(appeal)), c.news(appeal)) })
}

// TestWebhookTerms: the connector knows every term and every news that the hub
// tells of.
func TestWebhookTerms(t *testing.T) {
	var terms []any
	for _, id := range deadline.TermIDs() {
		terms = append(terms, string(id))
	}
	open := func(terms []any) error {
		cfg := hookTo("control", "127.0.0.1:1")
		cfg.Options["terms"] = terms
		_, err := webhook.Spec().Open(context.Background(), sdk.Env{Options: cfg.Options})
		return err
	}
	if err := open(terms); err != nil {
		t.Error(err)
	}
	for _, o := range webhook.Spec().Options {
		if _, known, _ := strings.Cut(o.Summary, ": "); o.Name == "terms" && len(strings.Split(known, ", ")) != len(terms) {
			t.Errorf("it knows %s", known)
		}
	}
	if err := open([]any{"other"}); err == nil {
		t.Error("any term will do")
	}
}

// TestWebhookRoute: appeals can't be routed to a link that only listens, and the
// check of a configuration says so too.
func TestWebhookRoute(t *testing.T) {
	_, address := receiver(t, "")
	cfg := Config{
		Organisations: []Organisation{{Key: "adm", Name: "A", TimeZone: "Europe/Moscow"}}, DataDir: t.TempDir(), Journal: "sqlite", Bus: Embedded,
		HTTP: HTTP{Listen: "127.0.0.1:0"}, Links: []link.Config{hookTo("control", address)}, Routes: []route.Rule{{From: "api", To: []string{"control"}}},
	}
	specs := []sdk.Spec{webhook.Spec()}
	h, err := Open(t.Context(), cfg, specs, slog.New(slog.DiscardHandler), "test")
	if err == nil {
		h.Close()
	}
	if !strings.Contains(fmt.Sprint(err), "routes[0].to: the connector of control takes no appeals; name a link") {
		t.Errorf("got %v", err)
	}
	var said string
	for _, f := range Check(t.Context(), cfg, specs, slog.New(slog.DiscardHandler)) {
		said += fmt.Sprintln(f.Kind, f.Path, f.What)
	}
	for _, want := range []string{"invalid routes[0].to the connector of control takes no appeals", "ok links.control the system answers; whether"} {
		if !strings.Contains(said, want) {
			t.Errorf("%s lacks %q", said, want)
		}
	}
}
