package services

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/appealhub/appealhub/connectors"
	"github.com/appealhub/appealhub/hub"
	"github.com/appealhub/appealhub/hub/bus"
)

// container is one service of examples/kafka/compose.yaml.
type container struct {
	Image       string            `yaml:"image"`
	Ports       []string          `yaml:"ports"`
	Environment map[string]string `yaml:"environment"`
}

// composed reads the file; what it does not know fails.
func composed(t *testing.T) (kafka, postgres container) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "examples", "kafka", "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services struct{ Kafka, Postgres container } `yaml:"services"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		t.Fatal(err)
	}
	return file.Services.Kafka, file.Services.Postgres
}

// exampleConfig is examples/kafka/hub.yaml with the defaults for what the
// environment would say.
func exampleConfig(t *testing.T) (hub.Config, bus.Config) {
	t.Helper()
	cfg, err := hub.LoadValid(filepath.Join(root, "examples", "kafka", "hub.yaml"), nil, connectors.All())
	if err != nil {
		t.Fatal(err)
	}
	brokers, err := bus.ParseAddress(cfg.Bus)
	if err != nil {
		t.Fatal(err)
	}
	return cfg, brokers
}

// TestCompose: the containers are where hub.yaml looks for them, with what its hub
// needs.
func TestCompose(t *testing.T) {
	kafka, postgres := composed(t)
	cfg, brokers := exampleConfig(t)
	journal, err := url.Parse(cfg.Journal)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := journal.User.Password()
	k := kafka.Environment
	for what, is := range map[string][2]string{ // what is there, what is wanted
		"Kafka's advertised address":  {k["KAFKA_ADVERTISED_LISTENERS"], "PLAINTEXT://" + strings.Join(brokers.Brokers, ",")},
		"Kafka's listener":            {k["KAFKA_LISTENERS"], "PLAINTEXT://:9092,CONTROLLER://:9093"},
		"Kafka's port":                {strings.Join(kafka.Ports, " "), strings.Join(brokers.Brokers, ",") + ":9092"},
		"Kafka's voters":              {k["KAFKA_CONTROLLER_QUORUM_VOTERS"], k["KAFKA_NODE_ID"] + "@localhost:9093"},
		"topics that make themselves": {k["KAFKA_AUTO_CREATE_TOPICS_ENABLE"], "false"},
		"PostgreSQL's port":           {strings.Join(postgres.Ports, " "), journal.Host + ":5432"},
		"the database":                {postgres.Environment["POSTGRES_DB"], strings.TrimPrefix(journal.Path, "/")},
		"its user":                    {postgres.Environment["POSTGRES_USER"], journal.User.Username()},
		"its password":                {postgres.Environment["POSTGRES_PASSWORD"], password},
		"its encoding":                {strings.Fields(postgres.Environment["POSTGRES_INITDB_ARGS"])[0], "--encoding=UTF8"},
	} {
		if is[0] != is[1] {
			t.Errorf("%s: %q, want %q", what, is[0], is[1])
		}
	}
	if brokers.Replication != 1 {
		t.Errorf("hub.yaml wants %d replicas of the one broker", brokers.Replication)
	}
	for _, image := range []string{kafka.Image, postgres.Image} {
		if !regexp.MustCompile(`^[a-z/]+:\d+(\.\d+)*$`).MatchString(image) {
			t.Errorf("%s has no version", image)
		}
	}
}
