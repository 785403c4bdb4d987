package bus

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/IBM/sarama"
)

// need is one right without which the hub, or something of it, does not work.
type need struct {
	operation sarama.AclOperation
	why       string
	optional  bool // the hub works without it
}

// needs are the rights on each topic that only the work itself would miss.
// Describing a topic (which READ and WRITE include) and its settings comes first,
// and is missed there.
func (c *Config) needs() map[string][]need {
	return map[string][]need{
		c.Inbound(): {{operation: sarama.AclOperationRead, why: "take in what lies in it"}, {operation: sarama.AclOperationWrite, why: "take anything in"}},
		c.Events():  {{operation: sarama.AclOperationWrite, why: "publish the feed"}},
		c.Dead(): {{operation: sarama.AclOperationWrite, why: "publish copies of dead letters"},
			{operation: sarama.AclOperationRead, why: "list them with --from topic", optional: true}},
	}
}

// lacking tells which rights the hub's principal has not. What the brokers don't
// tell is taken for granted: it shows when it is used.
func (c *Config) lacking(client sarama.Client) ([]*Fault, error) {
	broker, err := anyBroker(client)
	if err != nil {
		return nil, err
	}
	topics := []string{c.Inbound(), c.Events(), c.Dead()}
	ask := sarama.NewMetadataRequest(client.Config().Version, topics)
	ask.IncludeTopicAuthorizedOperations = true
	got, err := broker.GetMetadata(ask)
	if err != nil {
		return nil, err
	}
	var faults []*Fault
	for _, t := range got.Topics {
		if t.Err == sarama.ErrNoError || t.Err == sarama.ErrUnknownTopicOrPartition {
			faults = append(faults, c.lackingOn(t.Name, t.TopicAuthorizedOperations)...)
		}
	}
	return append(faults, c.lackingGroup(client, broker)...), nil
}

// lackingOn compares the bits of what the principal may do with a topic.
func (c *Config) lackingOn(topic string, may int32) (faults []*Fault) {
	if untold(may) {
		return nil
	}
	for _, n := range c.needs()[topic] {
		if may>>n.operation&1 == 0 {
			faults = append(faults, c.lacks(topic, n))
		}
	}
	return faults
}

func (c *Config) lacks(topic string, n need) *Fault {
	return &Fault{
		Topic: topic, Warning: n.optional, What: fmt.Sprintf("the hub lacks the right %s: it can't %s", rightName(n.operation), n.why),
		Remedy: c.grant("--topic "+topic, n.operation),
	}
}

// lackingGroup asks who leads the hub's group, and that one for its rights.
func (c *Config) lackingGroup(client sarama.Client, broker *sarama.Broker) []*Fault {
	refused := &Fault{
		What:   fmt.Sprintf("the hub lacks the right %s on the group %s: it can't take in what lies in %s", rightName(sarama.AclOperationRead), c.Group(), c.Inbound()),
		Remedy: c.grant("--group "+c.Group(), sarama.AclOperationRead),
	}
	found, err := broker.FindCoordinator(&sarama.FindCoordinatorRequest{Version: 3, CoordinatorKey: c.Group()})
	if err == nil && found.Err == sarama.ErrGroupAuthorizationFailed {
		refused.Err = found.Err
		return []*Fault{refused}
	}
	if err != nil || found.Err != sarama.ErrNoError {
		return nil // nobody leads it yet
	}
	if err := found.Coordinator.Open(client.Config()); err != nil {
		return nil
	}
	defer found.Coordinator.Close()
	got, err := found.Coordinator.DescribeGroups(&sarama.DescribeGroupsRequest{Version: 4, Groups: []string{c.Group()}, IncludeAuthorizedOperations: true})
	if err != nil || len(got.Groups) != 1 || got.Groups[0].Err != sarama.ErrNoError || untold(got.Groups[0].AuthorizedOperations) {
		return nil
	}
	if got.Groups[0].AuthorizedOperations>>sarama.AclOperationRead&1 == 0 {
		return []*Fault{refused}
	}
	return nil
}

// untold reports whether a broker left out what the principal may do: who may do
// nothing is not told of the topic either.
func untold(may int32) bool { return may == math.MinInt32 || may == 0 }

// grant is the command that gives a right.
func (c *Config) grant(on string, op sarama.AclOperation) string {
	return fmt.Sprintf("kafka-acls --add --allow-principal User:%s --operation %s %s", c.principal(), op.String(), on)
}

// principal is the user's name; what brokers make of a certificate is theirs.
func (c *Config) principal() string {
	if c.SASL.User == "" {
		return "<the hub's>"
	}
	return c.SASL.User
}

// rightName is a right as Kafka's documentation writes it.
func rightName(op sarama.AclOperation) string {
	if op == sarama.AclOperationDescribeConfigs {
		return "DESCRIBE_CONFIGS"
	}
	return strings.ToUpper(op.String())
}

// anyBroker is one that answers.
func anyBroker(client sarama.Client) (*sarama.Broker, error) {
	broker := client.LeastLoadedBroker()
	if broker == nil {
		return nil, sarama.ErrOutOfBrokers
	}
	if err := broker.Open(client.Config()); err != nil && !errors.Is(err, sarama.ErrAlreadyConnected) {
		return nil, err
	}
	return broker, nil
}

// hidden is a topic that the principal may not even describe.
func (c *Config) hidden(topic string, err error) *Fault {
	return &Fault{
		Topic: topic, What: "the hub has no right on it, or it is missing and the hub may not know",
		Remedy: "make it, and give the hub its rights (README, least rights in Kafka): " + c.grant("--topic "+topic, sarama.AclOperationWrite), Err: err,
	}
}
