//go:build services

package services

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/IBM/sarama"

	"github.com/appealhub/appealhub/hub/bus"
)

// rightsTest is a secure broker and its administrator.
type rightsTest struct {
	t     *testing.T
	s     *Services
	c     Security
	admin sarama.ClusterAdmin
}

// TestLeastRights: over the rights of examples/kafka/acls.sh alone the hub makes
// its topics and works, and each fault of credentials, certificates and rights is
// named with a remedy before anything is consumed.
func TestLeastRights(t *testing.T) {
	s := start(t, Config{Secure: true, Only: []string{Kafka, Postgres}})
	c, err := s.KafkaSecurity()
	must(t, err)
	admin, err := sarama.NewClusterAdmin(c.MTLSBrokers, withTLS(t, c, Admin))
	must(t, err)
	defer admin.Close()
	w := &rightsTest{t, s, c, admin}
	w.topics()
	t.Run("ways in", w.waysIn)
	t.Run("refused", w.refused)
	t.Run("each missing", w.eachMissing)
	t.Run("hub", w.hub)
}

// address is a value of bus; parameters may be said again, then the first is left out.
func (w *rightsTest) address(user, password, host string, parameters ...string) string {
	query := url.Values{"tls": {"true"}, "ca": {w.c.CA}, "partitions": {"3"}, "replication": {"1"}}
	for i := 0; i+1 < len(parameters); i += 2 {
		query.Set(parameters[i], parameters[i+1])
		if parameters[i+1] == "" {
			query.Del(parameters[i])
		}
	}
	if user != "" {
		host = url.UserPassword(user, password).String() + "@" + host
	}
	return "kafka://" + host + "?" + query.Encode()
}

// own is the hub's usual way in.
func (w *rightsTest) own(t *testing.T) bus.Config {
	return parsed(t, w.address(Hub, w.c.Passwords[Hub], w.s.KafkaBrokers()[0], "sasl", "scram-sha-512"))
}

func parsed(t *testing.T, address string) bus.Config {
	t.Helper()
	cfg, err := bus.ParseAddress(address)
	must(t, err)
	return cfg
}

// faults are what check finds, but for the choice of one replica.
func faults(t *testing.T, cfg bus.Config) []*bus.Fault {
	return slices.DeleteFunc(bus.Check(t.Context(), cfg), func(f *bus.Fault) bool { return strings.HasPrefix(f.What, "replication=1") })
}

// sound waits until check finds nothing: brokers learn of rights a moment later.
func sound(t *testing.T, cfg bus.Config) {
	t.Helper()
	await(t, "check finds nothing", func() bool { return len(faults(t, cfg)) == 0 })
}

var operations = map[string]sarama.AclOperation{
	"Read": sarama.AclOperationRead, "Write": sarama.AclOperationWrite, "Create": sarama.AclOperationCreate, "DescribeConfigs": sarama.AclOperationDescribeConfigs,
	"Describe": sarama.AclOperationDescribe,
}

var kinds = map[string]sarama.AclResourceType{"topic": sarama.AclResourceTopic, "group": sarama.AclResourceGroup}

func (w *rightsTest) give(t *testing.T, all ...right) {
	t.Helper()
	for _, r := range all {
		must(t, w.admin.CreateACL(sarama.Resource{ResourceType: kinds[r.Kind], ResourceName: r.Name, ResourcePatternType: sarama.AclPatternLiteral},
			sarama.Acl{Principal: "User:" + Hub, Host: "*", Operation: operations[r.Operation], PermissionType: sarama.AclPermissionAllow}))
	}
}

func (w *rightsTest) take(t *testing.T, r right) {
	t.Helper()
	principal, host := "User:"+Hub, "*"
	gone, err := w.admin.DeleteACL(sarama.AclFilter{
		ResourceType: kinds[r.Kind], ResourceName: &r.Name, ResourcePatternTypeFilter: sarama.AclPatternLiteral,
		Principal: &principal, Host: &host, Operation: operations[r.Operation], PermissionType: sarama.AclPermissionAllow,
	}, false)
	must(t, err)
	if len(gone) != 1 {
		t.Fatalf("%v: %d rights were taken", r, len(gone))
	}
}

// topics has the hub make its topics, with the rights for it; then the rights to
// make them are taken.
func (w *rightsTest) topics() {
	t, cfg := w.t, w.own(w.t)
	if got := faults(t, cfg); len(got) != 4 || !strings.Contains(got[0].What, "no right on it") || !strings.Contains(got[3].What, "group appealhub") {
		t.Errorf("without any right: %v", got)
	}
	w.give(t, scripted(t)...)
	await(t, "check finds that the topics can't be made", func() bool {
		got := faults(t, cfg)
		return len(got) == 3 && strings.Contains(got[2].What, "the hub may not make it")
	})
	if err := bus.EnsureTopics(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "appeals.dead.v1: is missing, and the hub may not make it") {
		t.Errorf("without the right to make topics: %v", err)
	}
	all := scripted(t, "CREATE=yes")
	create := all[len(scripted(t)):]
	w.give(t, create...)
	await(t, "the topics are made", func() bool { return bus.EnsureTopics(t.Context(), cfg) == nil })
	for _, r := range create {
		w.take(t, r)
	}
	sound(t, cfg)
}

// waysIn: each mechanism, and a certificate, lets the hub in.
func (w *rightsTest) waysIn(t *testing.T) {
	ways := map[string]string{"mtls": w.address("", "", w.c.MTLSBrokers[0], "cert", w.c.Certificates[Hub], "key", w.c.Certificates[Hub])}
	for _, mechanism := range []string{"plain", "scram-sha-256", "scram-sha-512"} {
		ways[mechanism] = w.address(Hub, w.c.Passwords[Hub], w.s.KafkaBrokers()[0], "sasl", mechanism)
	}
	for name, address := range ways {
		cfg := parsed(t, address)
		if got := faults(t, cfg); len(got) > 0 {
			t.Errorf("%s: check finds %v", name, got)
			continue
		}
		k, err := bus.Open(t.Context(), cfg, nil)
		must(t, err)
		if _, err := k.Publish(t.Context(), cfg.Inbound(), bus.Message{Key: "pos", Value: []byte("{}"), Headers: []bus.Header{{Name: bus.HeaderType, Value: bus.TypeCursor}}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		must(t, k.Close())
	}
}

// refused: what the brokers or the hub refuse is named, with what to do, and no
// secret is told.
func (w *rightsTest) refused(t *testing.T) {
	stranger := t.TempDir() + "/stranger.pem"
	a, err := newAuthority()
	must(t, err)
	must(t, a.issue(Hub, stranger))
	sasl, password := w.s.KafkaBrokers()[0], w.c.Passwords[Hub]
	for name, c := range map[string]struct{ address, what, remedy string }{
		"wrong password, plain":     {w.address(Hub, "s3cret", sasl, "sasl", "plain"), "refuse the credentials", "correct user, password and sasl"},
		"wrong password, scram-256": {w.address(Hub, "s3cret", sasl, "sasl", "scram-sha-256"), "refuse the credentials", "correct user, password and sasl"},
		"wrong password, scram-512": {w.address(Hub, "s3cret", sasl, "sasl", "scram-sha-512"), "refuse the credentials", "correct user, password and sasl"},
		"unknown user":              {w.address("nobody", "s3cret", sasl, "sasl", "scram-sha-512"), "refuse the credentials", "correct user, password and sasl"},
		"no tls":                    {w.address(Hub, password, sasl, "sasl", "scram-sha-512", "tls", "", "ca", ""), "or speak TLS where bus does not", "tls in bus"},
		"unknown authority":         {w.address(Hub, password, sasl, "sasl", "scram-sha-512", "ca", ""), "signed by nobody whom this hub trusts", "ca=…"},
		"no certificate":            {w.address("", "", w.c.MTLSBrokers[0]), "refuse the hub's side of the TLS connection", "cert=… and key=…"},
		"a stranger's certificate":  {w.address("", "", w.c.MTLSBrokers[0], "cert", stranger, "key", stranger), "refuse the hub's side of the TLS connection", "cert=… and key=…"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of the time sarama waits to ask again
			got := faults(t, parsed(t, c.address))
			if len(got) != 1 || got[0].Unreachable || got[0].Warning || !strings.Contains(got[0].What, c.what) || !strings.Contains(got[0].Remedy, c.remedy) {
				t.Errorf("check finds %v", got)
			}
			_, err := bus.Open(t.Context(), parsed(t, c.address), nil)
			var fault *bus.Fault
			if !errors.As(err, &fault) || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), password) {
				t.Errorf("open says %v", err)
			}
		})
	}
}

// eachMissing: a right that is missing is named by check, with the command that
// gives it, and the bus does not open: nothing is consumed. Done as it says, the
// command mends it.
func (w *rightsTest) eachMissing(t *testing.T) {
	cfg := w.own(t)
	for _, r := range scripted(t) {
		w.take(t, r)
		var got []*bus.Fault
		await(t, fmt.Sprintf("check misses %v", r), func() bool {
			got = faults(t, cfg)
			return len(got) > 0
		})
		optional := r == right{"topic", cfg.Dead(), "Read"}
		if len(got) != 1 || got[0].Warning != optional || got[0].Unreachable || !strings.Contains(got[0].Error(), r.Name) {
			t.Fatalf("%v: check finds %v", r, got)
		}
		k, err := bus.Open(t.Context(), cfg, nil)
		switch {
		case err == nil && optional:
			must(t, k.Close())
		case err == nil || optional || !strings.Contains(err.Error(), got[0].Remedy):
			t.Errorf("%v: open says %v", r, err)
		}
		if mend := commanded(t, got[0].Remedy); !slices.Equal(mend, []right{r}) {
			t.Errorf("%v: the remedy gives %v", r, mend)
		}
		w.give(t, commanded(t, got[0].Remedy)...)
		sound(t, cfg)
	}
	if got, err := w.admin.ListConsumerGroupOffsets(cfg.Group(), map[string][]int32{cfg.Inbound(): {0, 1, 2}}); err != nil || slices.ContainsFunc([]int32{0, 1, 2}, func(p int32) bool {
		return got.GetBlock(cfg.Inbound(), p).Offset >= 0
	}) {
		t.Errorf("something was consumed: %v %v", got, err)
	}
}

// hub: the program works from end to end.
func (w *rightsTest) hub(t *testing.T) {
	cfg := w.own(t)
	x := newExampleHub(t, w.s, "APPEALHUB_BUS="+w.address(Hub, w.c.Passwords[Hub], w.s.KafkaBrokers()[0], "sasl", "scram-sha-512"))
	if said, code := x.run("check", "--config", x.config()); code != 0 || !strings.Contains(said, "the brokers answer") {
		t.Fatalf("check exits with %d: %s", code, said)
	}
	stop := x.serve()
	x.seed(`{"count": 2}`)
	if said, code := x.run("appeal", "submit", "--key", "k1", root+"/examples/quickstart/appeal.json"); code != 0 {
		t.Fatalf("submit: %s", said)
	}
	x.eventually("received", "appeal", "history", "api/k1")
	await(t, "the portal's items are appeals", func() bool { return x.appeals() == 3 })
	w.spoil(t, cfg)
	x.eventually("broken", "dlq", "list", "--from", "topic") // its key
	w.withoutLetters(t, x, cfg)
	stop()
	x.serve() // reads the cursors that the topic keeps
	x.seed(`{"count": 1}`)
	await(t, "the item that came meanwhile is an appeal", func() bool { return x.appeals() == 4 })
	if n := w.count(t, cfg.Events()); n < 4 {
		t.Errorf("%d events in the feed", n)
	}
}

// withoutLetters: without the right to read them, listing dead letters says so.
func (w *rightsTest) withoutLetters(t *testing.T, x *exampleHub, cfg bus.Config) {
	t.Helper()
	read := right{"topic", cfg.Dead(), "Read"}
	w.take(t, read)
	await(t, "the right is gone", func() bool { return len(faults(t, cfg)) > 0 })
	if said, code := x.run("dlq", "list", "--from", "topic"); code != 5 || !strings.Contains(said, "lacks the right READ") || !slices.Equal(commanded(t, said), []right{read}) {
		t.Errorf("dlq list exits with %d: %s", code, said)
	}
	w.give(t, read)
}

// spoil sends a message that is none.
func (w *rightsTest) spoil(t *testing.T, cfg bus.Config) {
	t.Helper()
	p, err := sarama.NewSyncProducer(w.c.MTLSBrokers, withTLS(t, w.c, Admin))
	must(t, err)
	defer p.Close()
	_, _, err = p.SendMessage(&sarama.ProducerMessage{Topic: cfg.Inbound(), Key: sarama.StringEncoder("api/broken"), Value: sarama.StringEncoder("no JSON")})
	must(t, err)
}

// count is how many messages a topic has.
func (w *rightsTest) count(t *testing.T, topic string) (n int64) {
	t.Helper()
	client, err := sarama.NewClient(w.c.MTLSBrokers, withTLS(t, w.c, Admin))
	must(t, err)
	defer client.Close()
	partitions, err := client.Partitions(topic)
	must(t, err)
	for _, p := range partitions {
		end, err := client.GetOffset(topic, p, sarama.OffsetNewest)
		must(t, err)
		n += end
	}
	return n
}

// withTLS is a client of the test's own, with a user's certificate.
func withTLS(t *testing.T, c Security, user string) *sarama.Config {
	t.Helper()
	cfg := clientConfig()
	cfg.Net.TLS.Enable = true
	var err error
	cfg.Net.TLS.Config, err = c.TLS(user)
	must(t, err)
	return cfg
}
