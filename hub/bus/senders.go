package bus

import (
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/IBM/sarama"
	"github.com/ThreeDotsLabs/watermill-kafka/v3/pkg/kafka"
)

// senders are the producers under one limit of size. It bounds a batch too: one of
// small messages is refused like a message that is as large.
type senders struct {
	publisher *kafka.Publisher // sends at once
	gathering *kafka.Publisher // sends together what comes within the linger
	most      int              // bytes of the largest message
	asked     atomic.Int64     // when the brokers were last asked for their limit, in Unix nanoseconds
}

// learnEvery is how often the brokers are asked whether they take more again, where
// they take less than is configured and something larger comes.
const learnEvery = time.Minute

// open connects producers for messages of so many bytes.
func (k *Kafka) open(most int) (*senders, error) {
	cfg := k.cfg
	cfg.MaxMessage = most
	s := &senders{most: most}
	s.asked.Store(time.Now().UnixNano())
	var err error
	if s.publisher, err = NewPublisher(cfg); err != nil {
		return nil, err
	}
	s.gathering, err = newPublisher(cfg, func(p *sarama.Config) {
		p.Producer.Flush.Frequency, p.Producer.Flush.Messages = cfg.Linger, enough
	})
	if err != nil {
		return nil, errors.Join(err, s.publisher.Close())
	}
	return s, nil
}

func (s *senders) close() error { return errors.Join(s.publisher.Close(), s.gathering.Close()) }

// learn asks the brokers how much the topics take, and has producers for as much from
// now on. Those that there were end with the bus: what they have in hand goes its way.
func (k *Kafka) learn() error {
	_, err, _ := k.asking.Do("size", func() (any, error) {
		k.renewal.Lock()
		defer k.renewal.Unlock()
		most, err := k.mostTaken()
		now := k.senders.Load()
		now.asked.Store(time.Now().UnixNano())
		if err != nil || most == now.most {
			return nil, err
		}
		if err := k.replace(now, most); err != nil {
			return nil, err
		}
		k.cfg.Log.Warn("the topics take messages of another size than before", "max.message.bytes", most, "before", now.most, "bus", k.cfg.MaxMessage)
		return nil, nil
	})
	return err
}

// replace has producers for messages of so many bytes in the place of s. They begin
// with what the brokers say of the topics now.
func (k *Kafka) replace(s *senders, most int) error {
	next, err := k.open(most)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.former = append(k.former, s)
	k.senders.Store(next)
	return nil
}

// anew has producers that know of all partitions there are.
func (k *Kafka) anew() error {
	k.renewal.Lock()
	defer k.renewal.Unlock()
	now := k.senders.Load()
	return k.replace(now, now.most)
}

// mostTaken is what each of the topics takes of a message, MaxMessage at most.
func (k *Kafka) mostTaken() (int, error) {
	admin, err := sarama.NewClusterAdminFromClient(k.client)
	if err != nil {
		return 0, err
	}
	most := k.cfg.MaxMessage
	for _, name := range []string{k.cfg.Inbound(), k.cfg.Events(), k.cfg.Dead()} {
		entries, err := described(admin, name)
		if err != nil {
			return 0, err
		}
		for _, e := range entries {
			if n, err := strconv.Atoi(e.Value); e.Name == "max.message.bytes" && err == nil {
				most = min(most, n)
			}
		}
	}
	return most, nil
}

// smaller looks after a message that brokers refused from s as too large, or that was
// in one batch with others: whether it fits what they take now. It is not there.
func (k *Kafka) smaller(s *senders, m *Message, refused error) (again bool, err error) {
	if k.senders.Load() == s {
		if err := k.learn(); err != nil {
			return false, fmt.Errorf("%w: what the topics take can't be learnt: %w", ErrUnavailable, err)
		}
	}
	now := k.senders.Load()
	return now != s && m.size() <= now.most, refused
}

// larger has the brokers asked, now and then, whether they take a message again that
// is larger than they last told and than nobody configured.
func (k *Kafka) larger(m *Message) {
	s := k.senders.Load()
	asked := s.asked.Load()
	if m.size() > k.cfg.MaxMessage || time.Since(time.Unix(0, asked)) < learnEvery || !s.asked.CompareAndSwap(asked, time.Now().UnixNano()) || !k.enter() {
		return
	}
	go func() {
		defer k.publishing.Done()
		if err := k.learn(); err != nil {
			k.cfg.Log.Warn("what the topics take can't be learnt", "err", err)
		}
	}()
}
