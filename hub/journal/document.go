package journal

import (
	"encoding/hex"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/appealhub/appealhub/sdk"
)

// Document is an event as event.v1 has it.
type Document struct {
	ID           string         `json:"id"`
	Seq          int64          `json:"seq"`
	Stream       string         `json:"stream"`
	Sequence     int64          `json:"sequence"`
	Kind         EventKind      `json:"kind"`
	At           time.Time      `json:"at"`
	Link         string         `json:"link,omitzero"`
	RefID        string         `json:"ref_id,omitzero"`
	SourceID     string         `json:"source_id,omitzero"`
	Actor        string         `json:"actor,omitzero"`
	Organisation string         `json:"organisation,omitzero"`
	Status       sdk.Status     `json:"status,omitzero"`
	Outcome      sdk.Outcome    `json:"outcome,omitzero"`
	External     string         `json:"external,omitzero"`
	Revision     int            `json:"revision,omitzero"`
	Verb         Verb           `json:"verb,omitzero"`
	Delivery     int64          `json:"delivery,omitzero"`
	Attachment   string         `json:"attachment,omitzero"`
	ReceiptID    string         `json:"receipt_id,omitzero"`
	Token        string         `json:"token,omitzero"`
	Reason       Reason         `json:"reason,omitzero"`
	PrevHash     string         `json:"prev_hash"`
	BodyDigest   string         `json:"body_digest,omitzero"`
	Hash         string         `json:"hash"`
	Data         jsontext.Value `json:"data,omitzero"` // the body, JSON as it is kept
}

// DocumentOf is the event as a document; its data are the body, which may hold
// personal data.
func DocumentOf(e *Event) Document {
	return Document{
		ID: e.ID, Seq: e.Seq, Stream: e.Stream, Sequence: e.Sequence, Kind: e.Kind, At: e.At, Link: e.Link, RefID: e.RefID,
		SourceID: e.SourceID, Actor: e.Actor, Organisation: e.Organisation, Status: e.Status, Outcome: e.Outcome,
		External: e.External, Revision: e.Revision, Verb: e.Verb, Delivery: e.Delivery, Attachment: e.Attachment,
		ReceiptID: e.ReceiptID, Token: e.Token, Reason: e.Reason, PrevHash: hex.EncodeToString(e.PrevHash),
		BodyDigest: hex.EncodeToString(e.BodyDigest), Hash: hex.EncodeToString(e.Hash), Data: jsontext.Value(e.Body),
	}
}
