// Package directumrx connects Directum RX by its integration service (OData v4):
// an appeal becomes a document with its correspondent and questions, its text
// and files become versions of that document, and the states, results, terms and
// the answer letter of open documents are read back.
//
// Entity sets, properties and the meaning of states differ from stand to stand:
// they are a profile (option profile). Two are embedded: ogv for the «Directum
// ОГВ» solution and incoming_letters for a plain system.
//
// References are written as {"Id": 5} or as @odata.bind, whichever the stand
// takes.
//
// A document is known by the appeal's id in the property that the profile names
// first, and is looked up by it before it is created; a version by a mark in its
// note. The service has no feed of changes (the keyset on Id finds new documents,
// not changed ones), so states are read of the records that are open.
//
// The package is not the hub: it keeps nothing but a short memory of catalogue
// entries and of the forms that the stand takes, retries nothing (but a refused
// write in the other form, until one form was taken) and decides no term.
package directumrx

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/appealhub/appealhub/sdk"
)

// Spec describes the connector and its options.
func Spec() sdk.Spec {
	return sdk.Spec{
		Name:    "directumrx",
		Summary: "Directum RX: registers appeals as documents, reads states and answers (OData)",
		Options: options(),
		Open:    Open,
	}
}

// Open reads the options and the profile and returns a *Connector. It makes no
// request.
func Open(_ context.Context, env sdk.Env) (sdk.Connector, error) {
	cfg, err := readConfig(env.Options)
	if err != nil {
		return nil, err
	}
	c := &Connector{cfg: cfg, link: env.Link, http: env.HTTP, now: env.Now, log: env.Log, marked: env.LocalTimes}
	if c.http == nil {
		c.http = &http.Client{}
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.catalogue.now = c.now
	return c, nil
}

// Connector is one account on one stand. It is safe for concurrent use.
type Connector struct {
	cfg       config
	link      string
	http      *http.Client
	now       func() time.Time
	log       *slog.Logger
	catalogue catalogue
	people    turns
	shape     shape
	forms     forms
	trouble   remembered[int]       // how many readings in a row left a document
	waiting   remembered[time.Time] // since when a document is seen to lack something
	marked    *time.Location        // of times that are marked as UTC and are not; nil: they are
}

// days is the zone in which the days of times that are marked as UTC are read; what
// bears another offset is a day as it is written.
func (c *Connector) days() *time.Location {
	if c.marked != nil {
		return time.UTC
	}
	return c.cfg.zone
}

// Close gives up idle connections.
func (c *Connector) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// DeliverAppeal creates the document of an appeal, or brings it up to date if
// the revision is newer than the one that its text versions tell of.
func (c *Connector) DeliverAppeal(ctx context.Context, a sdk.Appeal) (sdk.Receipt, error) {
	const op = "deliver appeal"
	if a.ID == "" || len(a.ID) > maxExternalID {
		return sdk.Receipt{}, sdk.Errorf(sdk.Invalid, op, "appeal's id is missing or longer than %d characters", maxExternalID)
	}
	doc, err := c.find(ctx, a.ID)
	if err != nil {
		return sdk.Receipt{}, err
	}
	var versions []version
	created := doc == nil
	if created {
		doc, err = c.createDocument(ctx, &a)
	} else {
		versions, err = c.found(ctx, doc.id, &a)
	}
	if err != nil {
		return sdk.Receipt{}, err
	}
	if err := c.revise(ctx, doc, &a, versions, created); err != nil {
		return sdk.Receipt{}, err
	}
	return sdk.Receipt{Ref: sdk.Ref{Link: c.link, ID: strconv.FormatInt(doc.id, 10)}}, nil
}

// found reads the versions of a document that is there already and completes one
// whose delivery was cut off.
func (c *Connector) found(ctx context.Context, doc int64, a *sdk.Appeal) ([]version, error) {
	versions, err := c.versions(ctx, doc, c.cfg.profile.EntitySet)
	if err != nil {
		return nil, err
	}
	if _, has := lastText(versions); !has {
		err = c.ensureQuestion(ctx, doc, a)
	}
	return versions, err
}

var (
	_ sdk.AppealSink     = (*Connector)(nil)
	_ sdk.StatusReader   = (*Connector)(nil)
	_ sdk.AttachmentSink = (*Connector)(nil)
	_ sdk.Attacher       = (*Connector)(nil)
	_ sdk.Checker        = (*Connector)(nil)
)
