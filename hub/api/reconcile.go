package api

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/report"
	"github.com/appealhub/appealhub/sdk"
)

// The bounds of an export that is reconciled.
const (
	exportBody = 256 << 20
	exportRows = 500_000
)

// reconcile compares a portal's export with the appeals that came from its link.
//
// The caller reads the file and posts its rows as one JSON array, which is read row
// by row: a parser of spreadsheets is no part of the server, and the columns that
// name people never leave the caller's machine. What is held of a row is some 150
// bytes; the hub's side is read a page at a time, and the differences are written as
// they are found, so that neither a copy of the export nor of the answer is in
// memory. Batches would need state between requests to know what the hub has and the
// export lacks. One export is reconciled at a time.
func (s *server) reconcile(x *exchange) error {
	link := x.query.Get("link")
	switch {
	case link == "":
		return badQuery.with("link, the portal's, is missing")
	case s.links[link] == nil:
		return missing.with("there is no link of this name")
	}
	window, err := x.window()
	if err != nil {
		return err
	}
	organisation, err := s.organisation(x.query.Get("organisation"))
	if err != nil {
		return err
	}
	if s.exports.enter(x.r.Context()) != nil {
		return &problem{problemType: unavailable, detail: "another export is reconciled just now; send it again", after: retryAfter}
	}
	defer s.exports.leave()
	r := &reconciling{server: s, ctx: x.r.Context(), link: link, ledger: report.NewLedger()}
	r.ledger.Window = window
	if err := r.read(x); err != nil {
		return err
	}
	x.Header().Set("Content-Type", "application/json")
	r.out = jsontext.NewEncoder(x, jsontext.AllowInvalidUTF8(true))
	return r.answer(journal.AppealQuery{Organisation: organisation, Link: link})
}

// reconciling is one comparison.
type reconciling struct {
	*server
	ctx    context.Context
	link   string
	ledger *report.Ledger
	out    *jsontext.Encoder
}

// read reads the rows.
func (r *reconciling) read(x *exchange) error {
	if err := x.isJSON(exportBody); err != nil {
		return err
	}
	dec := jsontext.NewDecoder(http.MaxBytesReader(x.ResponseWriter, x.r.Body, exportBody))
	if open, err := dec.ReadToken(); err != nil || open.Kind() != '[' {
		return unreadRows(err)
	}
	for n := 0; dec.PeekKind() != ']'; n++ {
		if n == exportRows {
			return tooLarge.with("more than %d rows", exportRows)
		}
		var row report.Row
		if err := json.UnmarshalDecode(dec, &row, strictly); err != nil {
			return unreadRows(err)
		}
		if err := r.ledger.Add(&row); err != nil {
			return invalid.with("%s", err)
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return unreadRows(err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return unreadRows(err)
	}
	r.ledger.Close()
	return nil
}

// unreadRows says why the rows can't be read.
func unreadRows(err error) error {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return err
	case err == nil:
		return wrongBody(errors.New("it is no array"))
	}
	return wrongBody(err)
}

// answer writes the differences as they are found, and what was compared.
func (r *reconciling) answer(q journal.AppealQuery) error {
	if err := r.write(jsontext.BeginObject, jsontext.String("differences"), jsontext.BeginArray); err != nil {
		return err
	}
	for d := range r.ledger.Twice() {
		if err := r.tell(d); err != nil {
			return err
		}
	}
	err := r.eachSince(r.ctx, q, r.ledger.From, func(v *journal.View) error {
		if v.Source.Link != r.link {
			return nil
		}
		return r.match(v)
	})
	if err != nil {
		return err
	}
	if err := r.left(); err != nil {
		return err
	}
	if err := r.write(jsontext.EndArray, jsontext.String("summary")); err != nil {
		return err
	}
	if err := json.MarshalEncode(r.out, r.ledger.Summary()); err != nil {
		return err
	}
	return r.write(jsontext.EndObject)
}

// left looks for the rows that the walk did not meet: appeals dated long before the
// period, or of another organisation.
func (r *reconciling) left() error {
	for number := range r.ledger.Left() {
		v, err := r.byNumber(number)
		switch {
		case err != nil:
		case v == nil:
			err = r.tell(r.ledger.Lacking(number))
		default:
			err = r.match(v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// byNumber is the appeal that came from the link under the number; nil where there
// is none.
func (r *reconciling) byNumber(number string) (*journal.View, error) {
	ref := sdk.Ref{Link: r.link, ID: number}
	id, err := r.Journal.ByRef(r.ctx, ref)
	if err == nil {
		var record journal.Record
		if record, err = r.Journal.Appeal(r.ctx, id); err == nil && record.View.Source == ref {
			return &record.View, nil
		}
	}
	if errors.Is(err, journal.ErrNotFound) {
		err = nil
	}
	return nil, err
}

// match compares an appeal; its content is opened only for its numbers.
func (r *reconciling) match(v *journal.View) error {
	d, err := r.ledger.Match(v, r.Practice(v.Organisation), r.Now(), func() ([]sdk.Number, error) {
		record, err := r.Journal.Appeal(r.ctx, v.ID)
		return record.Appeal.Numbers, err
	})
	if err != nil || d == nil {
		return err
	}
	return r.tell(d)
}

func (r *reconciling) tell(d *report.Difference) error { return json.MarshalEncode(r.out, d) }

func (r *reconciling) write(tokens ...jsontext.Token) error {
	for _, t := range tokens {
		if err := r.out.WriteToken(t); err != nil {
			return err
		}
	}
	return nil
}
