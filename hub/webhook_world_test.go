package hub

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/appealhub/appealhub/connectors/webhook"
	"github.com/appealhub/appealhub/connectors/webhook/webhooksim"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
	"github.com/appealhub/appealhub/schemas"
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

// messages returns the check of a message against its schema.
func messages(t *testing.T) func(body []byte) error {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, name := range []string{schemas.Appeal, schemas.StatusChange, schemas.Event, schemas.Webhook} {
		raw, err := schemas.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(schemas.BaseID+name, doc); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := c.Compile(schemas.BaseID + schemas.Webhook)
	if err != nil {
		t.Fatal(err)
	}
	return func(body []byte) error {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			return err
		}
		return schema.Validate(doc)
	}
}

// ids are those of messages, in order.
func ids(messages []webhooksim.Message) (out []string) {
	for _, m := range messages {
		out = append(out, m.ID)
	}
	return out
}
