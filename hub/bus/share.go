package bus

import (
	"context"
	"errors"
	"fmt"

	"github.com/IBM/sarama"
)

// Epoch is of a sharing out of the inbound topic among the nodes: it says how many
// partitions were shared out, the same for all of them, whatever each knows of the topic,
// and then which time it was. A later one of the same topic is higher.
func Epoch(partitions int32, generation int64) int64 { return int64(partitions)<<32 | generation }

// PartitionsOf is how many partitions were shared out in an epoch; 0 where it does not
// say so, and any number where somebody made it up.
func PartitionsOf(epoch int64) int64 { return epoch >> 32 }

// PartitionIn is the partition of a key among so many, as every client's murmur2 has
// it.
func PartitionIn(key string, partitions int32) int32 {
	p, err := sarama.NewMurmur2Partitioner("").Partition(&sarama.ProducerMessage{Key: sarama.StringEncoder(key)}, partitions)
	if err != nil {
		return 0 // a text always has a hash
	}
	return p
}

// errSharing says that the group's members are at odds for now.
var errSharing = errors.New("the partitions are being shared out anew")

// sharedOut is how many partitions the group has shared out among its members, this
// one among them; false once ctx has ended. It is the group's to say: where partitions
// are added nodes learn of it at different times.
func (k *Kafka) sharedOut(ctx context.Context, member string) (of int32, ok bool) {
	for {
		n, err := k.askShares(ctx, member)
		if err == nil {
			return n, true
		}
		if ctx.Err() == nil && !errors.Is(err, errSharing) {
			k.warn("links are not polled: the group does not tell how the inbound topic is shared out", err)
		}
		if !pause(ctx, rejoin) {
			return 0, false
		}
	}
}

// askShares asks once, and waits no longer than ctx allows.
func (k *Kafka) askShares(ctx context.Context, member string) (int32, error) {
	type answer struct {
		of  int32
		err error
	}
	done := make(chan answer, 1)
	go func() {
		of, err := k.shares(member)
		done <- answer{of, err}
	}()
	select {
	case a := <-done:
		return a.of, a.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (k *Kafka) shares(member string) (of int32, err error) {
	group := k.cfg.Group()
	coordinator, err := k.client.Coordinator(group)
	if err != nil {
		return 0, err
	}
	got, err := coordinator.DescribeGroups(&sarama.DescribeGroupsRequest{Version: 5, Groups: []string{group}})
	if err == nil && len(got.Groups) != 1 {
		err = sarama.ErrIncompleteResponse
	}
	if err == nil && got.Groups[0].Err != sarama.ErrNoError {
		err = got.Groups[0].Err
	}
	if err != nil {
		return 0, errors.Join(err, k.client.RefreshCoordinator(group))
	}
	return k.countShares(got.Groups[0], member)
}

// countShares counts the partitions of all members, where this one is among them, all
// have theirs, and this node's producers know of each.
func (k *Kafka) countShares(g *sarama.GroupDescription, member string) (of int32, err error) {
	if g.Members[member] == nil || g.State != "Stable" {
		return 0, errSharing
	}
	for _, m := range g.Members {
		has, err := m.GetMemberAssignment()
		if err != nil {
			return 0, fmt.Errorf("a member of %s: %w", g.GroupId, err)
		}
		if has != nil {
			of += int32(len(has.Topics[k.inbound.Name]))
		}
	}
	if of == 0 || of > k.Inbound().Partitions {
		return 0, errSharing
	}
	return of, nil
}
