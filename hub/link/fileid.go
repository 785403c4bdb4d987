package link

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/appealhub/appealhub/sdk"
)

// FileID is the id, among all files of an appeal, of one that comes with a link's status
// change: the link's name before the id that its system gives. That system knows nothing
// of the ids that the source, or another system, gives files of the same appeal. An id
// that has the name already stays; of one that would be too long its digest stands.
func FileID(link, id string) string {
	prefix := link + ":"
	switch {
	case strings.HasPrefix(id, prefix):
		return id
	case utf8.RuneCountInString(prefix+id) > sdk.MaxName:
		sum := sha256.Sum256([]byte(id))
		id = hex.EncodeToString(sum[:16])
	}
	return prefix + id
}

// givenID is the id of a file as the link's system gave it.
func (l *Link) givenID(id string) string { return strings.TrimPrefix(id, l.cfg.Name+":") }
