package services

import (
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPinned(t *testing.T) {
	v := pinned()
	for name, value := range map[string]string{
		"postgres": v.PostgresPackage, "java": v.JavaPackage, "maven": v.MavenPackage, "kafka": v.Kafka, "scala": v.Scala,
		"log4j": v.Log4j, "plugin": v.DependencyPlugin, "versitygw": v.VersityGW, "jvm": strings.Join(v.BrokerJVM, " "),
		"tools": strings.Join(v.ToolJVM, " "),
	} {
		if value == "" {
			t.Errorf("versions.env does not say %s", name)
		}
	}
}

func TestParseEnv(t *testing.T) {
	got := parseEnv("# A=1\n\nB=2 = 3\n C=4 \nD\n")
	if diff := cmp.Diff(map[string]string{"B": "2 = 3", "C": "4"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestPlainProperties(t *testing.T) {
	var all []node
	for i, port := range []string{"1", "2", "3"} {
		all = append(all, node{id: i + 1, folder: "/k" + port, record: record{
			Address: "127.0.0.1:1000" + port, Controller: "127.0.0.1:2000" + port, Data: "/k" + port + "/data", DirID: "dir" + port,
		}})
	}
	three := properties(all[1].plain(all))
	one := properties(all[0].plain(all[:1]))
	want := map[string][2]string{ // of one broker, of the second of three
		"node.id":                               {"1", "2"},
		"controller.quorum.bootstrap.servers":   {"127.0.0.1:20001", "127.0.0.1:20001,127.0.0.1:20002,127.0.0.1:20003"},
		"advertised.listeners":                  {"PLAINTEXT://127.0.0.1:10001,CONTROLLER://127.0.0.1:20001", "PLAINTEXT://127.0.0.1:10002,CONTROLLER://127.0.0.1:20002"},
		"default.replication.factor":            {"1", "3"},
		"min.insync.replicas":                   {"1", "2"},
		"offsets.topic.replication.factor":      {"1", "3"},
		"transaction.state.log.min.isr":         {"1", "2"},
		"share.coordinator.state.topic.min.isr": {"1", "2"},
		"broker.session.timeout.ms":             {"3000", "3000"},
		"broker.heartbeat.interval.ms":          {"500", "500"},
		"log.dirs":                              {"/k1/data", "/k2/data"},
	}
	for name, values := range want {
		if got := [2]string{one[name], three[name]}; got != values {
			t.Errorf("%s = %q, want %q", name, got, values)
		}
	}
	if got := strings.Join(voters(all), " "); got != "--initial-controllers 1@127.0.0.1:20001:dir1,2@127.0.0.1:20002:dir2,3@127.0.0.1:20003:dir3" {
		t.Errorf("voters: %s", got)
	}
}

// properties reads lines, of which none may say again what another said.
func properties(lines []string) map[string]string {
	all := map[string]string{}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		if _, twice := all[name]; twice {
			value = "said twice"
		}
		all[name] = value
	}
	return all
}

func TestSecureProperties(t *testing.T) {
	n := node{record: record{Address: "127.0.0.1:1", MTLS: "127.0.0.1:2", Controller: "127.0.0.1:3"}}
	got := properties(append(n.common([]node{n}), n.secure(Security{CA: "/ca", Passwords: map[string]string{Admin: "a", Hub: "h"}}, "/node")...))
	for name, want := range map[string]string{
		"inter.broker.listener.name":                    "SSL",
		"allow.everyone.if.no.acl.found":                "false",
		"super.users":                                   "User:admin;User:broker",
		"ssl.keystore.location":                         "/node",
		"ssl.truststore.location":                       "/ca",
		"listener.name.ssl.ssl.client.auth":             "required",
		"listener.name.sasl_ssl.plain.sasl.jaas.config": `org.apache.kafka.common.security.plain.PlainLoginModule required user_admin="a" user_hub="h";`,
	} {
		if got[name] != want {
			t.Errorf("%s = %q, want %q", name, got[name], want)
		}
	}
}

func TestNewUUID(t *testing.T) {
	form := regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]{21}$`)
	for range 500 {
		if id := newUUID(); !form.MatchString(id) {
			t.Fatalf("%q is not as Kafka reads it", id)
		}
	}
}

func TestFreeAddress(t *testing.T) {
	address, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if isFree(address) {
		t.Errorf("%s is said to be free", address)
	}
}
