package bus

import (
	"context"
	"time"
)

// renewEvery is how often it is looked whether the inbound topic is another one by now.
const renewEvery = 30 * time.Second

// renew learns which topic it is that bears the inbound topic's name. One that was
// deleted and made anew begins at offset 0, and places in the former one say nothing of
// it: under its own id it is read from its beginning.
func (k *Kafka) renew() (another bool) {
	t, err := topicOf(k.client, k.inbound.Name)
	if err != nil || t.ID == k.Inbound().ID {
		return false // where nobody can tell, the next time does
	}
	k.id.Store(&t.ID)
	if t.Partitions != k.inbound.Partitions {
		k.cfg.Log.Error("the inbound topic has another number of partitions than bus says: start the hub anew with the right one", "partitions", t.Partitions, "bus", k.inbound.Partitions)
	}
	k.cfg.Log.Error("the inbound topic is another one than before: somebody deleted it. What had not been read of the former one is lost; this one is read from its beginning", "topic", t.Name, "id", t.ID)
	return true
}

// renewals ends a membership in which the inbound topic becomes another one.
func (k *Kafka) renewals(ctx context.Context, end func()) {
	for pause(ctx, k.renews) {
		if k.renew() {
			end()
			return
		}
	}
}
