package bus

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/IBM/sarama"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestEnsureTopics: topics are made once, and those that could lose messages are
// refused, by name and with a remedy.
func TestEnsureTopics(t *testing.T) {
	_, cfg := cluster(t)
	if err := errors.Join(EnsureTopics(t.Context(), cfg), EnsureTopics(t.Context(), cfg)); err != nil {
		t.Fatal(err)
	}
	if all := Check(t.Context(), cfg); len(all) > 0 {
		t.Errorf("found %v", all)
	}
	for name, c := range map[string]struct {
		ask  func(c *Config)
		want string
	}{
		"partitions": {func(c *Config) { c.Partitions = 8 }, "has 4 partitions, and bus says 8; write partitions=4"},
		"retention":  {func(c *Config) { c.Retention = 30 * 24 * time.Hour }, "retention.ms is 604800000, less than the 2592000000 of bus"},
		"minimum":    {func(c *Config) { c.MinISR = 3 }, "min.insync.replicas is 2, less than the 3"},
		"size":       {func(c *Config) { c.MaxMessage = 8 << 20 }, "max.message.bytes is 4194304, less than the 8388608"},
	} {
		asked := cfg
		c.ask(&asked)
		err := EnsureTopics(t.Context(), asked)
		var fault *Fault
		if !errors.As(err, &fault) || fault.Topic == "" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if len(Check(t.Context(), asked)) == 0 {
			t.Errorf("%s: check finds nothing", name)
		}
	}
}

// TestCheckMissing: topics that are missing are well where they could be made. Where
// not, as with too few brokers, all are named. A check makes none.
func TestCheckMissing(t *testing.T) {
	_, cfg := cluster(t, kfake.NumBrokers(1))
	one := cfg
	one.Replication = 1
	const few = "is missing, and there are fewer brokers than the 3 replicas of bus"
	for name, c := range map[string]struct {
		cfg  Config
		want []string
	}{
		"one broker, three replicas": {cfg, []string{"appeals.inbound.v1 " + few, "appeals.events.v1 " + few, "appeals.dead.v1 " + few}},
		"one broker, one replica":    {one, []string{" replication=1: what is acknowledged is lost with the one broker's disk"}},
	} {
		for range 2 { // the second finds what the first leaves
			var got []string
			for _, f := range Check(t.Context(), c.cfg) {
				got = append(got, f.Topic+" "+f.What)
				if f.Unreachable || f.Remedy == "" {
					t.Errorf("%s: found %v", name, f)
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("%s: %s", name, d)
			}
		}
	}
	err := EnsureTopics(t.Context(), cfg)
	if err == nil || strings.Count(err.Error(), few) != 3 {
		t.Errorf("a start says %v", err)
	}
}

// TestMayNotMake: who may make no topic is told the command for each that is missing.
func TestMayNotMake(t *testing.T) {
	c, cfg := cluster(t)
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.CreateTopics}, Err: kerr.TopicAuthorizationFailed, Count: -1})
	all := Check(t.Context(), cfg)
	if len(all) != 3 {
		t.Fatalf("found %v", all)
	}
	for i, name := range []string{"appeals.inbound.v1", "appeals.events.v1", "appeals.dead.v1"} {
		want := "kafka-topics --create --topic " + name + " --partitions 4 --replication-factor 3 --config cleanup.policy=delete --config compression.type=" + []string{"uncompressed", "producer", "producer"}[i] +
			" --config max.message.bytes=4194304 --config min.insync.replicas=2 --config retention.ms=604800000"
		if !strings.HasSuffix(all[i].Remedy, want) {
			t.Errorf("%s", all[i].Remedy)
		}
	}
}

// TestEnsureTopicsFewReplicas: a topic with fewer replicas than configured, or that
// is compacted, is refused.
func TestEnsureTopicsFewReplicas(t *testing.T) {
	_, cfg := cluster(t)
	poor := cfg
	poor.Replication, poor.MinISR = 1, 1
	if err := EnsureTopics(t.Context(), poor); err != nil {
		t.Fatal(err)
	}
	if err := EnsureTopics(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "has 1 replicas, and bus says 3") {
		t.Errorf("got %v", err)
	}
	admin := administrator(t, cfg)
	compact := "compact"
	if err := admin.AlterConfig(sarama.TopicResource, cfg.Inbound(), map[string]*string{"cleanup.policy": &compact}, false); err != nil {
		t.Fatal(err)
	}
	if err := EnsureTopics(t.Context(), poor); err == nil || !strings.Contains(err.Error(), "cleanup.policy is compact") {
		t.Errorf("got %v", err)
	}
}

// TestCompressed: an inbound topic that keeps what its producers pack is warned of; the
// hub's own topics may.
func TestCompressed(t *testing.T) {
	_, cfg := cluster(t)
	if err := EnsureTopics(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if all := Check(t.Context(), cfg); len(all) != 0 {
		t.Errorf("as the hub made them: %v", all)
	}
	admin := administrator(t, cfg)
	packed := "producer"
	change := map[string]sarama.IncrementalAlterConfigsEntry{"compression.type": {Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &packed}}
	if err := admin.IncrementalAlterConfig(sarama.TopicResource, cfg.Inbound(), change, false); err != nil {
		t.Fatal(err)
	}
	if all := Check(t.Context(), cfg); len(all) != 1 || !all[0].Warning || !strings.Contains(all[0].Remedy, cfg.Inbound()+" --add-config compression.type=uncompressed") {
		t.Errorf("as somebody changed it: %v", all)
	}
}

// TestChoices: what the operator chose is warned of and works.
func TestChoices(t *testing.T) {
	_, cfg := cluster(t)
	one := cfg
	one.Replication, one.Prefix = 1, "one-"
	if err := EnsureTopics(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	if all := Check(t.Context(), one); len(all) != 1 || !all[0].Warning || !strings.Contains(all[0].What, "replication=1") {
		t.Errorf("found %v", all)
	}
}

// TestUnreachable: brokers that are not there are told from those that refuse.
func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	all := Check(t.Context(), Config{Brokers: []string{l.Addr().String()}})
	if len(all) != 1 || !all[0].Unreachable || !strings.Contains(all[0].Remedy, "see that Kafka runs") {
		t.Errorf("found %v", all)
	}
}

// TestNoSASL: a listener without SASL, or without the mechanism, runs: what it says to
// credentials is told, with a remedy, whichever of the brokers it is.
func TestNoSASL(t *testing.T) {
	for code, want := range map[*kerr.Error]string{
		kerr.IllegalSaslState:         "does not speak SASL; name the port of a listener for SASL in bus, or leave user, password and sasl out",
		kerr.UnsupportedSaslMechanism: "do not take credentials by SCRAM-SHA-512 at this port; name a mechanism",
	} {
		c, cfg := cluster(t)
		cfg.SASL = SASL{"SCRAM-SHA-512", "hub", "s3cret"}
		c.ControlKey(int16(kmsg.SASLHandshake), func(r kmsg.Request) (kmsg.Response, error, bool) {
			c.KeepControl()
			refusal := r.ResponseKind().(*kmsg.SASLHandshakeResponse)
			refusal.ErrorCode = code.Code
			return refusal, nil, true
		})
		all := Check(t.Context(), cfg)
		if len(all) != 1 || all[0].Unreachable || !strings.Contains(all[0].What+"; "+all[0].Remedy, want) || strings.Contains(all[0].Error(), "s3cret") {
			t.Errorf("%s: found %v", code.Message, all)
		}
	}
}

// TestNotKafka: what listens and is silent, or speaks something else, is told within
// 15 seconds, with several addresses too.
func TestNotKafka(t *testing.T) {
	t.Parallel()
	talker := httptest.NewServer(nil)
	t.Cleanup(talker.Close)
	silent := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		return l.Addr().String()
	}
	for name, cfg := range map[string]Config{
		"silent":   {Brokers: []string{silent()}},
		"three":    {Brokers: []string{silent(), silent(), silent()}, SASL: SASL{"PLAIN", "hub", "p"}},
		"over TLS": {Brokers: []string{silent()}, TLS: TLS{On: true}},
		"talking":  {Brokers: []string{talker.Listener.Addr().String()}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			all := Check(context.Background(), cfg)
			if took := time.Since(begun); took > askTime+answerTime+time.Second {
				t.Errorf("told after %v", took)
			}
			if len(all) != 1 || !all[0].Unreachable || !strings.Contains(all[0].What, "does not answer as Kafka does") || !strings.Contains(all[0].Remedy, "speaks SASL and TLS as sasl and tls in bus say") {
				t.Errorf("found %v", all)
			}
		})
	}
}

// TestCredentials: each mechanism gets in with the right password, over TLS too, and
// a wrong one is told as such, without the password.
func TestCredentials(t *testing.T) {
	authority, server := certificates(t)
	_, cfg := cluster(t, kfake.EnableSASL(), kfake.TLS(server),
		kfake.Superuser("PLAIN", "plain", "right"), kfake.Superuser("SCRAM-SHA-256", "hub256", "right"), kfake.Superuser("SCRAM-SHA-512", "hub512", "right"))
	cfg.TLS = TLS{On: true, CA: authority}
	cfg.Brokers = cfg.Brokers[:1] // others would be asked again and again
	for mechanism, user := range map[string]string{"PLAIN": "plain", "SCRAM-SHA-256": "hub256", "SCRAM-SHA-512": "hub512"} {
		cfg.SASL = SASL{Mechanism: mechanism, User: user, Password: "right"}
		if err := EnsureTopics(t.Context(), cfg); err != nil {
			t.Errorf("%s: %v", mechanism, err)
		}
		cfg.SASL.Password = "s3cret"
		all := Check(t.Context(), cfg)
		if len(all) != 1 || all[0].Unreachable || !strings.Contains(all[0].What, "refuse the credentials") || strings.Contains(all[0].Error(), "s3cret") {
			t.Errorf("%s with a wrong password: %v", mechanism, all)
		}
	}
}

// TestTrust: what either side of a TLS connection refuses is told from brokers that
// don't answer.
func TestTrust(t *testing.T) {
	authority, server := certificates(t)
	asking := server.Clone()
	asking.ClientAuth = tls.RequireAnyClientCert
	_, open := cluster(t, kfake.TLS(server))
	_, shut := cluster(t, kfake.TLS(asking))
	plain := httptest.NewServer(nil)
	defer plain.Close()
	localhost := "localhost:" + strings.Split(open.Brokers[0], ":")[1]
	for name, c := range map[string]struct {
		broker, ca, want string
	}{
		"unknown authority": {open.Brokers[0], "", "signed by nobody whom this hub trusts"},
		"another host":      {localhost, authority, "for another host"},
		"no certificate":    {shut.Brokers[0], authority, "they refuse the hub's side"},
		"plain text":        {plain.Listener.Addr().String(), authority, "do not speak TLS"},
	} {
		all := Check(t.Context(), Config{Brokers: []string{c.broker}, TLS: TLS{On: true, CA: c.ca}})
		if len(all) != 1 || all[0].Unreachable || !strings.Contains(all[0].What, c.want) {
			t.Errorf("%s: found %v", name, all)
		}
	}
}

// TestCertificateFiles: a file that is none is named with its parameter.
func TestCertificateFiles(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, settings := range map[string]TLS{
		"parameter ca: " + empty + " can't": {On: true, CA: empty}, "parameter ca: " + empty + "x can't": {On: true, CA: empty + "x"},
		"parameters cert and key: " + empty: {On: true, Cert: empty, Key: empty},
	} {
		if err := EnsureTopics(t.Context(), Config{Brokers: []string{"127.0.0.1:1"}, TLS: settings}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		all := Check(t.Context(), Config{Brokers: []string{"127.0.0.1:1"}, TLS: settings})
		if len(all) != 1 || all[0].Unreachable || !strings.HasPrefix(all[0].What, name) || !strings.Contains(all[0].Remedy, "correct the path in bus") {
			t.Errorf("%s: found %v", name, all)
		}
	}
}

// certificates makes a server's certificate that is its own authority.
func certificates(t *testing.T) (authority string, server *tls.Config) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	one := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "kafka"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, one, one, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	authority = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return authority, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
}

// TestEnsureTopicsOneBrokerDown: a hub starts while one broker of three is down.
func TestEnsureTopicsOneBrokerDown(t *testing.T) {
	c, cfg := cluster(t)
	if err := EnsureTopics(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		c.ControlKey(int16(kmsg.DescribeConfigs), func(kmsg.Request) (kmsg.Response, error, bool) { return nil, errors.New("cut"), true })
		c.ControlKey(int16(kmsg.Metadata), func(kmsg.Request) (kmsg.Response, error, bool) { return nil, errors.New("cut"), true })
	}
	if err := EnsureTopics(t.Context(), cfg); err != nil {
		t.Error(err)
	}
}

// TestTopicJustMade: brokers may not know of a new topic for seconds.
func TestTopicJustMade(t *testing.T) {
	c, cfg := cluster(t)
	k := opened(t, cfg)
	unknown := kfake.Fault{Keys: []kmsg.Key{kmsg.Metadata}, Topic: k.cfg.Inbound(), Err: kerr.UnknownTopicOrPartition, Count: 9}
	c.Fault(unknown)
	if got, err := TopicOf(t.Context(), k.client, k.cfg.Inbound()); err != nil || got != k.Inbound() {
		t.Errorf("got %v, %v", got, err)
	}
	unknown.Count = -1
	c.Fault(unknown)
	ctx, cancel := context.WithTimeout(t.Context(), retryFirst)
	defer cancel()
	if _, err := TopicOf(ctx, k.client, k.cfg.Inbound()); !errors.Is(err, sarama.ErrUnknownTopicOrPartition) {
		t.Errorf("a topic that is not there: %v", err)
	}
}
