package bus

import (
	"context"
	"time"
)

// renewEvery is how often it is looked whether the inbound topic is another one by now.
const renewEvery = 30 * time.Second

// renew learns which topic it is that bears the inbound topic's name, and how many
// partitions it has. One that was deleted and made anew begins at offset 0, and places in
// the former one say nothing of it: under its own id it is read from its beginning. It
// reports whether partitions are to be shared out anew.
func (k *Kafka) renew() (another bool) {
	was := k.Inbound()
	t, err := topicOf(k.client, was.Name)
	if err != nil {
		return false // where nobody can tell, the next time does
	}
	if t.Partitions != was.Partitions && !k.resized(was, t) {
		t.Partitions = was.Partitions
	}
	if t == was {
		return false
	}
	k.since.Store(&t)
	if t.ID != was.ID {
		k.cfg.Log.Error("the inbound topic is another one than before: somebody deleted it. What had not been read of the former one is lost; this one is read from its beginning", "topic", t.Name, "id", t.ID)
	}
	return true
}

// resized has producers and gates for another number of partitions; false where that
// does not succeed now. What is sent from then on may lie in a new one.
func (k *Kafka) resized(was, t Topic) bool {
	if err := k.anew(); err != nil {
		k.warn("the inbound topic has another number of partitions: producers for it can't be had now", err)
		return false
	}
	k.gates.resize(t.Partitions)
	k.cfg.Log.Warn("the inbound topic has another number of partitions: what comes in and the links that are polled are shared out anew. Give the other topics as many, and write their number as partitions in bus: else no start succeeds",
		"topic", t.Name, "partitions", t.Partitions, "before", was.Partitions)
	return true
}

// renewals ends a membership in which the inbound topic becomes another one, or has
// other partitions than before.
func (k *Kafka) renewals(ctx context.Context, end func()) {
	for pause(ctx, k.renews) {
		if k.renew() {
			end()
			return
		}
	}
}
