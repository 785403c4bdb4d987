package hub

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/appealhub/appealhub/connectors/webhook"
	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
	"github.com/appealhub/appealhub/sdk"
)

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
	again, conforms := 0, messages(t)
	for _, appeal := range appeals {
		got := sim.Messages(appeal)
		if want := c.news(appeal); !slices.Equal(ids(got), want) {
			t.Errorf("told of %v, recorded are %v", ids(got), want)
		}
		for _, m := range got {
			again += m.Times - 1
			if err := conforms(m.Body); err != nil {
				t.Errorf("%s: %v", m.Body, err)
			}
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

// TestWebhookForms: what is said of a term that moves, is new or runs no more, and of
// a date that may still change, is as the schema has it.
func TestWebhookForms(t *testing.T) {
	sim, address := receiver(t, "")
	opened, err := webhook.Spec().Open(t.Context(), sdk.Env{Options: hookTo("control", address).Options})
	if err != nil {
		t.Fatal(err)
	}
	hook := opened.(*webhook.Connector)
	news := sdk.Deadline{
		ID: "01a20beb-100d-72f6-acf1-c24e3dd37bf3", News: sdk.DeadlineMoved, At: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC),
		Appeal: "01a20beb-0000-72f6-acf1-c24e3dd37bf3", Source: sdk.Ref{Link: "pos", ID: "1"}, Term: "control", Due: date(12, 30), Provisional: true,
	}
	dropped := news
	dropped.ID, dropped.Dropped = "01a20beb-100d-72f6-acf1-c24e3dd37bf4", true
	for _, n := range []sdk.Deadline{news, dropped} {
		if _, err := hook.DeliverDeadline(t.Context(), sdk.Ref{}, n); err != nil {
			t.Fatal(err)
		}
	}
	day := sdk.Digest{ID: "01a20beb-100d-52f6-acf1-c24e3dd37bf3", Organisation: "adm", Date: date(12, 29), Items: []sdk.DueTerm{{Appeal: news.Appeal, Term: "answer", Due: date(12, 30), Provisional: true}}}
	if err := hook.DeliverDigest(t.Context(), day); err != nil {
		t.Fatal(err)
	}
	conforms, got := messages(t), sim.Messages("")
	for i, want := range []string{`"due":"2026-12-30","provisional":true}}`, `"due":"2026-12-30","dropped":true,"provisional":true}}`, `"due":"2026-12-30","provisional":true}]}}`} {
		if err := conforms(got[i].Body); err != nil || !strings.HasSuffix(string(got[i].Body), want) {
			t.Errorf("%s, want %s: %v", got[i].Body, want, err)
		}
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
