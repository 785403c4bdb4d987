package journal

import (
	"context"
	"errors"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// ErrNoOffsets says that the journal is none that a Kafka topic stands before.
var ErrNoOffsets = errors.New("this journal keeps no offsets")

// Offset is how far a partition of the inbound topic is in the journal. It only
// moves forward.
type Offset struct {
	Topic     string // id of the cluster and of the topic
	Partition int32
	Next      int64 // offset of the first message that is not in the journal
}

// Buffered is a journal that a Kafka topic may stand before.
type Buffered interface {
	// Offset returns the next offset of a partition; ErrNotFound where nothing of
	// it is in the journal.
	Offset(ctx context.Context, topic string, partition int32) (int64, error)
	// Position returns a link's place in a feed; ErrNotFound where there is none.
	Position(ctx context.Context, link, feed string) (Position, error)
	// Dismissed returns why what came with the reference at a place (Entry.Place) was
	// on the list of parked things that an operator took it off; ErrNotFound where
	// nobody did.
	Dismissed(ctx context.Context, ref sdk.Ref, place string) (Reason, error)
}

// Outbox is a journal that keeps count of the events that are not published yet.
// An event gets there in the transaction that records it.
type Outbox interface {
	// Unpublished returns events of shards, in the order of each stream, limit at
	// most: fewer, but one, where large dead letters are among them. All events of a
	// stream are of one shard.
	Unpublished(ctx context.Context, shards []int, limit int) ([]Unpublished, error)
	// Published takes events out of the outbox, by their Seq.
	Published(ctx context.Context, seqs ...int64) error
}

// Shards is how many parts the outbox has; each has one publisher at a time.
const Shards = 16

// Unpublished is an event that is to be published.
type Unpublished struct {
	Event Event     // without its body
	Dead  []byte    // of a dead letter: what could not be delivered or read, plaintext
	Why   string    // of a dead letter: the failure's text
	Was   *Original // of a message that was rejected
}

// Leaser is a journal that several nodes share. A lease is this node's until its
// time is over, by the journal's clock.
type Leaser interface {
	// Hold takes the leases that are free and renews those that are this node's,
	// and returns which of the names it has.
	Hold(ctx context.Context, ttl time.Duration, names ...string) (held []string, err error)
	// LetGo gives leases back.
	LetGo(ctx context.Context, names ...string) error
}
