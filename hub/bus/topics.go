package bus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/IBM/sarama"
)

// Fault is a fault of the environment: what is so with the brokers or a topic, and
// what to do.
type Fault struct {
	Topic       string // empty: the brokers
	What        string
	Remedy      string
	Unreachable bool // nobody answers: somebody may later
	Warning     bool // a choice with a price: the hub works so
	Err         error
}

// Error tells what and the remedy in one line.
func (f *Fault) Error() string {
	where := "brokers"
	if f.Topic != "" {
		where = "topic " + f.Topic
	}
	if f.Err != nil {
		return fmt.Sprintf("bus: %s: %s (%v); %s", where, f.What, f.Err, f.Remedy)
	}
	return fmt.Sprintf("bus: %s: %s; %s", where, f.What, f.Remedy)
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// EnsureTopics makes the topics that are missing and refuses those that could lose
// messages or their order. The error is made of *Fault.
func EnsureTopics(ctx context.Context, cfg Config) error {
	faults, err := inspect(ctx, cfg, true)
	if err != nil {
		return err
	}
	var errs []error
	for _, f := range faults {
		if f.Warning {
			cfg.setDefaults()
			cfg.Log.Warn(f.Error())
			continue
		}
		errs = append(errs, f)
	}
	return errors.Join(errs...)
}

// Check finds out whether a hub could work with the brokers and the topics. It
// changes nothing. What it finds is in order of weight: none means that all is
// well. Topics that are missing are made at the start, as the brokers say that they would
// be.
func Check(ctx context.Context, cfg Config) []*Fault {
	faults, err := inspect(ctx, cfg, false)
	var one *Fault
	if errors.As(err, &one) {
		return append([]*Fault{one}, faults...)
	}
	if err != nil {
		return append([]*Fault{{What: "can't be asked", Remedy: "see the cause", Err: err}}, faults...)
	}
	return faults
}

// How often the brokers are asked that don't answer, and the time between. One of
// them may be down that another one names. After askTime none is asked again: what
// listens there and is silent is no broker.
const (
	asks     = 6
	askEvery = time.Second
	askTime  = 10 * time.Second
)

// inspect looks at every topic; create makes what is missing. Without it the brokers
// are asked whether they would.
func inspect(ctx context.Context, cfg Config, create bool) (faults []*Fault, err error) {
	cfg.setDefaults()
	begun := time.Now()
	for n := 1; ; n++ {
		faults, err = inspectOnce(ctx, cfg, create)
		var f *Fault
		if !errors.As(err, &f) || !f.Unreachable && !cut(err) || n == asks || len(cfg.Brokers) == 1 || time.Since(begun) > askTime || !pause(ctx, askEvery) {
			return faults, err
		}
	}
}

// cut reports whether a connection ended in the middle, as with a broker that goes
// down.
func cut(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

func inspectOnce(ctx context.Context, cfg Config, create bool) ([]*Fault, error) {
	k, err := cfg.kafka()
	if err != nil {
		return nil, err
	}
	k.Net.ReadTimeout, k.Net.WriteTimeout, k.Metadata.Timeout = answerTime, answerTime, askTime
	client, err := sarama.NewClient(cfg.Brokers, k)
	if err != nil {
		return nil, reaching(&cfg, cfg.answer(k, err))
	}
	defer client.Close()
	admin, err := sarama.NewClusterAdminFromClient(client)
	if err != nil {
		return nil, reaching(&cfg, err)
	}
	var faults []*Fault
	for _, name := range []string{cfg.Inbound(), cfg.Events(), cfg.Dead()} {
		missing, found, err := cfg.inspectTopic(admin, name)
		if err != nil {
			return faults, err
		}
		if missing {
			err = cfg.create(admin, name, !create)
		}
		var refused *Fault
		switch {
		case errors.As(err, &refused) && errors.As(err, new(sarama.KError)): // of this topic alone
			found = append(found, refused)
		case err != nil:
			return faults, err
		}
		faults = append(faults, found...)
	}
	lacking, err := cfg.lacking(client)
	if err != nil {
		return faults, reaching(&cfg, err)
	}
	return append(append(faults, lacking...), cfg.choices()...), ctx.Err()
}

// answer is what a broker says to the credentials, where the client only tells that no
// broker is left.
func (c *Config) answer(k *sarama.Config, err error) error {
	var network net.Error
	if !k.Net.SASL.Enable || !errors.Is(err, sarama.ErrOutOfBrokers) || errors.As(err, &network) || cut(err) {
		return err
	}
	for _, address := range c.Brokers {
		broker := sarama.NewBroker(address)
		if broker.Open(k) != nil {
			continue
		}
		_, refused := broker.Connected()
		_ = broker.Close()
		var code sarama.KError
		if errors.As(refused, &code) {
			return refused
		}
	}
	return err
}

// reaching says why the brokers could not be asked at all.
func reaching(cfg *Config, err error) *Fault {
	f := &Fault{What: "they do not answer", Remedy: "see that Kafka runs and that bus names its host and port", Unreachable: true, Err: err}
	if what, remedy := distrust(err); what != "" {
		f.What, f.Remedy, f.Unreachable = what, remedy, false
		return f
	}
	switch {
	case errors.Is(err, sarama.ErrIllegalSASLState):
		f.What, f.Remedy, f.Unreachable = "they take no credentials at this port: its listener does not speak SASL", "name the port of a listener for SASL in bus, or leave user, password and sasl out", false
	case errors.Is(err, sarama.ErrUnsupportedSASLMechanism):
		f.What, f.Remedy, f.Unreachable = "they do not take credentials by "+cfg.SASL.Mechanism+" at this port", "name a mechanism of sasl.enabled.mechanisms in bus: sasl=…", false
	case errors.Is(err, sarama.ErrSASLAuthenticationFailed):
		f.What, f.Remedy, f.Unreachable = "they refuse the credentials", "correct user, password and sasl in bus", false
	case errors.Is(err, io.EOF), cut(err) && !cfg.TLS.On:
		f.What, f.Remedy, f.Unreachable = "they end the connection: they refuse the credentials, or speak TLS where bus does not, or the other way round", "correct user, password, sasl and tls in bus", false
	case odd(err):
		f.What = "something listens there and does not answer as Kafka does"
		f.Remedy = "see that Kafka is well there, that bus names its host and port, and a listener that speaks SASL and TLS as sasl and tls in bus say"
	case !cfg.TLS.On && errors.Is(err, sarama.ErrOutOfBrokers):
		f.Remedy += "; if it asks for TLS or credentials, add tls=true and sasl=… to bus"
	}
	return f
}

// odd reports whether something took a connection and then was silent, or said what
// Kafka does not.
func odd(err error) bool {
	var op *net.OpError
	var answer sarama.PacketDecodingError
	return errors.As(err, &answer) || errors.As(err, &op) && op.Op == "read"
}

// inspectTopic compares a topic with what is configured.
func (c *Config) inspectTopic(admin sarama.ClusterAdmin, name string) (missing bool, faults []*Fault, err error) {
	all, err := admin.DescribeTopics([]string{name})
	if err != nil {
		return false, nil, reaching(c, err)
	}
	switch t := all[0]; {
	case t.Err == sarama.ErrUnknownTopicOrPartition:
		return true, nil, nil
	case t.Err == sarama.ErrTopicAuthorizationFailed:
		return false, []*Fault{c.hidden(name, t.Err)}, nil
	case t.Err != sarama.ErrNoError:
		return false, nil, &Fault{Topic: name, What: "can't be described", Remedy: "see the brokers' log", Err: t.Err}
	default:
		faults = c.shape(t)
	}
	entries, err := described(admin, name)
	var answer sarama.KError
	if err != nil && !errors.As(err, &answer) {
		return false, faults, reaching(c, err)
	}
	if answer == sarama.ErrTopicAuthorizationFailed {
		return false, append(faults, c.lacks(name, need{operation: sarama.AclOperationDescribeConfigs, why: "compare its settings with bus"})), nil
	}
	if err != nil {
		return false, faults, &Fault{Topic: name, What: "its settings can't be read", Remedy: "see the brokers' log", Err: err}
	}
	return false, append(faults, c.compare(name, entries)...), nil
}

// described are a topic's settings.
func described(admin sarama.ClusterAdmin, topic string) ([]sarama.ConfigEntry, error) {
	all, err := admin.DescribeConfigs([]*sarama.ConfigResource{{Type: sarama.TopicResource, Name: topic}}, sarama.DescribeConfigsOptions{})
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if one.Name == topic && one.ErrorCode != sarama.ErrNoError {
			return nil, one.ErrorCode
		}
		if one.Name == topic {
			return one.Configs, nil
		}
	}
	return nil, sarama.ErrUnknown
}

// shape looks at partitions and replicas.
func (c *Config) shape(t *sarama.TopicMetadata) (faults []*Fault) {
	if n := int32(len(t.Partitions)); n != c.Partitions {
		faults = append(faults, &Fault{
			Topic: t.Name, What: fmt.Sprintf("has %d partitions, and bus says %d", n, c.Partitions),
			Remedy: fmt.Sprintf("write partitions=%d in bus: their number is fixed for a topic, since keys would change theirs", n),
		})
	}
	for _, p := range t.Partitions {
		if n := len(p.Replicas); n < int(c.Replication) {
			return append(faults, &Fault{
				Topic: t.Name, What: fmt.Sprintf("partition %d has %d replicas, and bus says %d", p.ID, n, c.Replication),
				Remedy: fmt.Sprintf("reassign it with kafka-reassign-partitions, or write replication=%d in bus", n),
			})
		}
	}
	return faults
}

// compare looks at the settings that messages depend on.
func (c *Config) compare(topic string, entries []sarama.ConfigEntry) (faults []*Fault) {
	is := map[string]string{}
	for _, e := range entries {
		is[e.Name] = e.Value
	}
	least := func(name string, want int64, endless bool, why string) {
		n, err := strconv.ParseInt(is[name], 10, 64)
		if err != nil || n >= want || endless && n < 0 {
			return
		}
		faults = append(faults, &Fault{
			Topic: topic, What: fmt.Sprintf("%s is %d, less than the %d of bus: %s", name, n, want, why),
			Remedy: fmt.Sprintf("kafka-configs --alter --topic %s --add-config %s=%d", topic, name, want),
		})
	}
	least("min.insync.replicas", int64(c.MinISR), false, "a message that was acknowledged could be lost with one broker")
	least("retention.ms", c.Retention.Milliseconds(), true, "what comes in during a longer outage would be lost")
	least("max.message.bytes", int64(c.MaxMessage), false, "larger messages would be refused")
	if policy := is["cleanup.policy"]; policy != "" && policy != "delete" {
		faults = append(faults, &Fault{
			Topic: topic, What: "cleanup.policy is " + policy + ": messages of one key would replace each other",
			Remedy: "kafka-configs --alter --topic " + topic + " --add-config cleanup.policy=delete",
		})
	}
	if is, want := is["compression.type"], c.compression(topic); topic == c.Inbound() && is != "" && is != want {
		faults = append(faults, &Fault{
			Warning: true, Topic: topic, What: "compression.type is " + is + ": a message within the limit may unpack to more than the hub has memory for",
			Remedy: "kafka-configs --alter --topic " + topic + " --add-config compression.type=" + want,
		})
	}
	return faults
}

// choices are warned of: they are the operator's.
func (c *Config) choices() (warnings []*Fault) {
	switch {
	case c.Replication == 1:
		warnings = append(warnings, &Fault{Warning: true, What: "replication=1: what is acknowledged is lost with the one broker's disk", Remedy: "run three brokers and write replication=3&min_insync=2, or live with it"})
	case c.MinISR == c.Replication:
		warnings = append(warnings, &Fault{Warning: true, What: fmt.Sprintf("min_insync is replication (%d): nothing is taken in while one broker is down", c.MinISR), Remedy: "write min_insync=" + strconv.Itoa(int(c.MinISR)-1)})
	}
	return warnings
}

// create makes a topic, or asks the brokers whether they would. It tells why not.
func (c *Config) create(admin sarama.ClusterAdmin, name string, ask bool) error {
	err := admin.CreateTopic(name, &sarama.TopicDetail{NumPartitions: c.Partitions, ReplicationFactor: c.Replication, ConfigEntries: c.settings(name)}, ask)
	switch {
	case err == nil, errors.Is(err, sarama.ErrTopicAlreadyExists): // another node was faster
		return nil
	case errors.Is(err, sarama.ErrInvalidReplicationFactor):
		return &Fault{Topic: name, What: fmt.Sprintf("is missing, and there are fewer brokers than the %d replicas of bus", c.Replication), Remedy: "start the others, or write replication=1 in bus", Err: err}
	case errors.Is(err, sarama.ErrTopicAuthorizationFailed), errors.Is(err, sarama.ErrClusterAuthorizationFailed):
		return &Fault{Topic: name, What: "is missing, and the hub may not make it", Remedy: "give the hub's principal CREATE on it, or make it beforehand: " + c.making(name), Err: err}
	}
	return &Fault{Topic: name, What: "is missing, and can't be made", Remedy: "see the brokers' log", Err: err}
}

// making is the command that makes a topic.
func (c *Config) making(name string) string {
	out := fmt.Sprintf("kafka-topics --create --topic %s --partitions %d --replication-factor %d", name, c.Partitions, c.Replication)
	settings := c.settings(name)
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		out += " --config " + key + "=" + *settings[key]
	}
	return out
}

// settings are those of a topic. What anybody may write is unpacked by the brokers, who
// hold it to their limit then too; else a message within it could unpack to any size.
func (c *Config) settings(topic string) map[string]*string {
	out := map[string]*string{}
	for name, value := range map[string]string{
		"min.insync.replicas": strconv.Itoa(int(c.MinISR)),
		"retention.ms":        strconv.FormatInt(c.Retention.Milliseconds(), 10),
		"max.message.bytes":   strconv.Itoa(c.MaxMessage),
		"cleanup.policy":      "delete",
		"compression.type":    c.compression(topic),
	} {
		out[name] = &value
	}
	return out
}

func (c *Config) compression(topic string) string {
	if topic == c.Inbound() {
		return "uncompressed"
	}
	return "producer"
}
