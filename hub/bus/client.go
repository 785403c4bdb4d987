package bus

import (
	"time"

	"github.com/IBM/sarama"
)

// clientID tells the brokers who calls.
const clientID = "appealhub"

// ackTime is how long a message waits for its acknowledgement, the election of
// another leader included; then the producer gives up.
const ackTime = 15 * time.Second

// The waits between a producer's tries: short at first, for another leader is soon
// there, and then longer. answerTime is how long a broker may be silent before the
// next try.
const (
	retryFirst = 250 * time.Millisecond
	retryMost  = 2 * time.Second
	retryEach  = 4 // tries with the same wait
	answerTime = 5 * time.Second
)

// retryWait is the wait before the try that comes after so many.
func retryWait(tries, _ int) time.Duration {
	return min(retryFirst<<min(tries/retryEach, 8), retryMost)
}

// retries is how many tries fill the time given, where brokers answer at once.
func retries(patience time.Duration) (n int) {
	for ; patience > 0; n++ {
		patience -= retryWait(n, 0)
	}
	return n
}

// A node that has been silent for sessionTime is out of the group: the least that
// brokers allow unless told otherwise. One that goes on has rebalanceTime to let its
// partitions go.
const (
	sessionTime   = 6 * time.Second
	rebalanceTime = 20 * time.Second
)

// kafka are the settings of every client of this package.
func (c *Config) kafka() (*sarama.Config, error) {
	k := sarama.NewConfig()
	k.ClientID = clientID
	k.Version = sarama.V2_8_0_0
	k.Net.DialTimeout, k.Net.ReadTimeout, k.Net.WriteTimeout = 5*time.Second, 10*time.Second, 10*time.Second
	k.Metadata.Retry.Max, k.Metadata.Retry.Backoff = 3, retryFirst
	k.Metadata.RefreshFrequency = time.Minute
	k.Metadata.AllowAutoTopicCreation = false
	return k, c.secure(k)
}

// producing adds a producer's settings: a message is there once, and in all
// in-sync replicas, or the caller is told that it may not be.
func (c *Config) producing(k *sarama.Config) {
	k.Net.MaxOpenRequests = 1
	k.Producer.Idempotent = true
	k.Producer.RequiredAcks = sarama.WaitForAll
	k.Producer.Return.Successes = true
	k.Producer.Retry.Max, k.Producer.Retry.BackoffFunc = retries(c.Patience), retryWait
	k.Producer.Timeout, k.Net.ReadTimeout, k.Metadata.Timeout = answerTime*4/5, answerTime, answerTime
	k.Producer.Partitioner = newPartitioner
	k.Producer.MaxMessageBytes = c.MaxMessage
}

// reading adds a consumer's settings.
func (c *Config) reading(k *sarama.Config) {
	k.Consumer.Return.Errors = true
	k.Consumer.IsolationLevel = sarama.ReadCommitted // what a producer has taken back was never sent
	k.Consumer.Offsets.Initial = sarama.OffsetOldest
	k.Consumer.MaxWaitTime = 250 * time.Millisecond
	k.Consumer.Fetch.Default = 512 << 10
	k.Consumer.Group.Session.Timeout = sessionTime
	k.Consumer.Group.Heartbeat.Interval = sessionTime / 4
	k.Consumer.Group.Rebalance.Timeout = rebalanceTime
	k.Net.ReadTimeout = rebalanceTime + sessionTime // who joins waits for the others
	k.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{sarama.NewBalanceStrategySticky()}
	k.ChannelBufferSize = 256
}
