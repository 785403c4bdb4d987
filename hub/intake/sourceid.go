package intake

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"github.com/appealhub/appealhub/sdk"
)

// sourceID is the id of an appeal whose source tells when it was sent or
// registered: the same whenever it is read with the same content, so that a journal
// that was put back to an hour ago knows it by the id under which the systems have
// it. Other content under the same reference has another id: a system that has
// the first must not take it for old news. It is empty where the source tells no
// time: the journal gives one then.
func sourceID(a *sdk.Appeal) string {
	at := a.ReceivedAt
	if at.IsZero() {
		at = a.RegisteredAt
	}
	if !plausible(at) || a.Ref.IsZero() {
		return ""
	}
	version := a.Version
	if version == "" {
		version = sdk.ContentVersion(*a)
	}
	return idAt(at, sha256.Sum256([]byte(a.Ref.Link+"/"+a.Ref.ID+"\x00"+version)))
}

// plausible tells a moment from none and from nonsense.
func plausible(at time.Time) bool { return at.Year() > 2000 && at.Year() < 2200 }

// idAt is a UUIDv7: a moment's milliseconds, then bits of a digest.
func idAt(at time.Time, sum [sha256.Size]byte) string {
	id := uuid.UUID(sum[:16])
	ms := uint64(max(at.UnixMilli(), 0))
	binary.BigEndian.PutUint32(id[0:4], uint32(ms>>16))
	binary.BigEndian.PutUint16(id[4:6], uint16(ms))
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}
