package link

import "github.com/appealhub/appealhub/sdk"

// Abilities says which of the sdk's interfaces a connector implements, and its
// Spec's AttachmentsFirst.
type Abilities struct {
	AppealSource     bool
	AppealSink       bool
	StatusSource     bool
	StatusSink       bool
	StatusReader     bool
	AttachmentSink   bool
	Attacher         bool
	Acker            bool
	Confirmer        bool
	Accepter         bool
	Rereader         bool
	Checker          bool
	DeadlineSink     bool
	DigestSink       bool
	AttachmentsFirst bool
}

// ListensOnly reports whether the system is told of terms and of nothing else.
func (a Abilities) ListensOnly() bool {
	a.Checker, a.DigestSink = false, false
	return a == Abilities{DeadlineSink: true}
}

// verbs are a connector's interfaces, nil where it hasn't one.
type verbs struct {
	appealSource   sdk.AppealSource
	appealSink     sdk.AppealSink
	statusSource   sdk.StatusSource
	statusSink     sdk.StatusSink
	statusReader   sdk.StatusReader
	attachmentSink sdk.AttachmentSink
	attacher       sdk.Attacher
	acker          sdk.Acker
	confirmer      sdk.Confirmer
	accepter       sdk.Accepter
	rereader       sdk.Rereader
	checker        sdk.Checker
	deadlineSink   sdk.DeadlineSink
	digestSink     sdk.DigestSink
}

func verbsOf(c sdk.Connector) verbs {
	return verbs{
		appealSource:   as[sdk.AppealSource](c),
		appealSink:     as[sdk.AppealSink](c),
		statusSource:   as[sdk.StatusSource](c),
		statusSink:     as[sdk.StatusSink](c),
		statusReader:   as[sdk.StatusReader](c),
		attachmentSink: as[sdk.AttachmentSink](c),
		attacher:       as[sdk.Attacher](c),
		acker:          as[sdk.Acker](c),
		confirmer:      as[sdk.Confirmer](c),
		accepter:       as[sdk.Accepter](c),
		rereader:       as[sdk.Rereader](c),
		checker:        as[sdk.Checker](c),
		deadlineSink:   as[sdk.DeadlineSink](c),
		digestSink:     as[sdk.DigestSink](c),
	}
}

func as[T any](c sdk.Connector) T {
	v, _ := c.(T)
	return v
}

func (v verbs) abilities() Abilities {
	return Abilities{
		AppealSource:   v.appealSource != nil,
		AppealSink:     v.appealSink != nil,
		StatusSource:   v.statusSource != nil,
		StatusSink:     v.statusSink != nil,
		StatusReader:   v.statusReader != nil,
		AttachmentSink: v.attachmentSink != nil,
		Attacher:       v.attacher != nil,
		Acker:          v.acker != nil,
		Confirmer:      v.confirmer != nil,
		Accepter:       v.accepter != nil,
		Rereader:       v.rereader != nil,
		Checker:        v.checker != nil,
		DeadlineSink:   v.deadlineSink != nil,
		DigestSink:     v.digestSink != nil,
	}
}
