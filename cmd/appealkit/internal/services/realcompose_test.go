//go:build services

package services

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// composedBroker starts a broker with the settings of examples/kafka/compose.yaml
// and returns its address before it is ready. It ends with the test.
func composedBroker(t *testing.T) string {
	t.Helper()
	s := open(t, Config{Only: []string{Kafka}}, nil)
	must(t, s.install(t.Context()))
	address, err := freeAddress()
	must(t, err)
	controller, err := freeAddress()
	must(t, err)
	dir := t.TempDir()
	kafka, _ := composed(t)
	settings := filepath.Join(dir, "server.properties")
	lines := composedProperties(kafka.Environment, address, controller, filepath.Join(dir, "data"))
	must(t, os.WriteFile(settings, []byte(strings.Join(lines, "\n")), 0o600))
	format, err := s.kafka.java(s.pins.ToolJVM, "kafka.tools.StorageTool", "format", "-t", newUUID(), "-c", settings)
	must(t, err)
	must(t, format.once(t.Context()))
	run, err := s.kafka.java(s.pins.BrokerJVM, "kafka.Kafka", settings)
	must(t, err)
	ctx, kill := context.WithCancel(context.Background()) // the hub ends before it
	broker := run.cmd(ctx)
	broker.Stdout, broker.Stderr = t.Output(), t.Output()
	must(t, broker.Start())
	t.Cleanup(func() {
		kill()
		_ = broker.Wait()
	})
	return address
}

// composedProperties are a broker's properties as its image makes them of the
// environment, but on loopback at the addresses given and with a folder of the
// test's.
func composedProperties(env map[string]string, address, controller, data string) []string {
	move := strings.NewReplacer("//:9092", "//"+address, "127.0.0.1:9092", address, "//:9093", "//"+controller, "localhost:9093", controller)
	lines := []string{"log.dirs=" + data}
	for name, value := range env {
		property := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, "KAFKA_")), "_", ".")
		lines = append(lines, property+"="+move.Replace(value))
	}
	return lines
}
