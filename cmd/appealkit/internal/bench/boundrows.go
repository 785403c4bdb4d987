package bench

import (
	"crypto/sha256"
	"time"

	"github.com/google/uuid"
)

const (
	boundEvent = `INSERT INTO events (id, stream, sequence, kind, at, link, ref_id, source_id, actor, organisation, status, outcome, external,
 revision, verb, delivery, attachment, receipt_id, token, reason, prev_hash, body_digest, hash, body)
 VALUES (?,?,?,?,?,?,?,?,'','adm',?,'','',?,?,?,'',?,'','',?,?,?,?)`
	boundAppeal = `INSERT INTO appeals (organisation, source_link, source_id, kind, fast_track, version, revision, status, outcome,
 status_at, rework, lead, targets, parked, received_at, updated_at, due, terms, events, head, body, files, numbers, refs, id)
 VALUES ('adm','api',?,'message',0,?,1,'received','',?,0,'sink',' sink ','',?,?,'2026-12-24',?,1,?,1,0,0,'',?)`
	boundDelivery = `INSERT INTO deliveries (appeal, link, verb, attachment, event, state, attempts, due, firm, created, settled, receipt_id, last_kind)
 VALUES (?,'sink','appeal','',1,'ready',0,?,0,?,NULL,'','')`
)

// terms is as long as what the hub keeps of the terms of such an appeal.
const terms = "category=104 category=4 category=0005.0005.0056.1156 received=1796000000000000 registered=1796000000000000 answer_at=2026-12-24 answer=due:2026-12-24,open"

// write commits a group and tells those who wait.
func (b *bound) write(group []job) error {
	err := b.rows.exec("BEGIN IMMEDIATE")
	for i := 0; err == nil && i < len(group); i++ {
		err = group[i].write(b.rows)
	}
	if err == nil {
		err = b.rows.exec("COMMIT")
		time.Sleep(b.delay)
	}
	b.commits.Add(1)
	for _, j := range group {
		if j.done != nil {
			j.done <- err
		}
	}
	return err
}

// appeal writes what a new appeal with one delivery makes: event, appeal,
// reference, known version, delivery, deadline.
func (r *rows) appeal(id, ref, version string, body []byte) error {
	now := time.Now().UnixMicro()
	sum := sha256.Sum256(body)
	none := make([]byte, sha256.Size)
	if err := r.exec(boundEvent, uuid.Must(uuid.NewV7()).String(), id, int64(1), "appeal.received", now, "api", ref, version,
		"received", int64(1), "", int64(0), "", none, sum[:], sum[:], body); err != nil {
		return err
	}
	if err := r.exec(boundAppeal, ref, version, now, now, now, terms, sum[:], id); err != nil {
		return err
	}
	if err := r.exec("INSERT INTO refs (link, id, appeal, last, open) VALUES ('api',?,?,'',0)", ref, id); err != nil {
		return err
	}
	if err := r.exec(boundDelivery, id, now, now); err != nil {
		return err
	}
	return r.exec("INSERT INTO deadlines (appeal, term, organisation, due, due_at, open, near, passed, wake) VALUES (?,'answer','adm','2026-12-24',0,1,0,0,?)", id, now)
}

// settle writes what a delivery that was taken makes: the delivery done, the
// reference there, event, appeal.
func (r *rows) settle(id string) error {
	now := time.Now().UnixMicro()
	sum := sha256.Sum256([]byte(id))
	if err := r.exec("UPDATE deliveries SET state = 'done', settled = ?, receipt_id = ? WHERE appeal = ?", now, id, id); err != nil {
		return err
	}
	if err := r.exec("INSERT INTO refs (link, id, appeal, last, open) VALUES ('sink',?,?,'',1)", id, id); err != nil {
		return err
	}
	if err := r.exec(boundEvent, uuid.Must(uuid.NewV7()).String(), id, int64(2), "delivery.done", now, "sink", id, "",
		"received", int64(1), "appeal", int64(1), id, sum[:], nil, sum[:], nil); err != nil {
		return err
	}
	return r.exec("UPDATE appeals SET status = 'delivered', status_at = ?, updated_at = ?, events = 2, head = ?, refs = ? WHERE id = ?",
		now, now, sum[:], "sink "+id+"\n", id)
}
