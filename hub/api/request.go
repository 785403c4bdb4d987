package api

import (
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/appealhub/appealhub/sdk"
)

// anyQuery lets every parameter pass: the query of a push is its sender's.
var anyQuery = []string{"*"}

// readQuery takes the parameters that the route knows, each once.
func (x *exchange) readQuery() error {
	if x.r.URL.RawQuery == "" || slices.Equal(x.route.query, anyQuery) {
		return nil
	}
	query, err := url.ParseQuery(x.r.URL.RawQuery)
	if err != nil {
		return badQuery.with("the query is not of the form name=value&name=value")
	}
	for name, values := range query {
		switch {
		case !slices.Contains(x.route.query, name):
			return badQuery.with("%s is not a parameter here; known: %s", quoted(name), known(x.route.query))
		case len(values) > 1:
			return badQuery.with("%s stands twice", name)
		case values[0] == "" || !text(values[0]):
			return badQuery.with("%s has no value, or one that is no text", name)
		}
	}
	x.query = query
	return nil
}

// quoted shortens a name that a caller made up.
func quoted(name string) string {
	if len(name) > 40 {
		name = strings.ToValidUTF8(name[:40], "") + "…"
	}
	return strconv.Quote(name)
}

func known(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// someMost bounds the names that an error lists.
const someMost = 20

// some lists names for an error: there may be a hundred thousand.
func some(names []string) string {
	if len(names) <= someMost {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:someMost], ", "), len(names)-someMost)
}

// oneOf reads a parameter that is one of a table's values; empty where it is
// not given.
func oneOf[T ~string](x *exchange, name string, all []T) (T, error) {
	v := T(x.query.Get(name))
	if v != "" && !slices.Contains(all, v) {
		return "", badQuery.with("%s is none of %v", name, all)
	}
	return v, nil
}

// The sizes of a page.
const (
	pageSize = 50
	pageMost = 500
)

// limit reads the size of a page.
func (x *exchange) limit() (int, error) {
	text := x.query.Get("limit")
	if text == "" {
		return pageSize, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > pageMost {
		return 0, badQuery.with("limit is not a number of 1 to %d", pageMost)
	}
	return n, nil
}

// after reads the cursor of a list that is ordered by number.
func (x *exchange) after() (int64, error) {
	text := x.query.Get("cursor")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, badQuery.with("cursor is not one that this list gave")
	}
	return n, nil
}

// number reads an id of the path.
func (x *exchange) number(name string) (int64, error) {
	n, err := strconv.ParseInt(x.r.PathValue(name), 10, 64)
	if err != nil || n < 1 {
		return 0, missing.with("%s is a number", name)
	}
	return n, nil
}

// page is one page of a list.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"` // the cursor of the page that follows; empty: this was the last
}

// cut makes a page of what a query for one more than limit returned.
func cut[T, V any](all []T, limit int, show func(*T) V, cursor func(*T) string) page[V] {
	var p page[V]
	if len(all) > limit {
		all = all[:limit]
		p.Next = cursor(&all[limit-1])
	}
	p.Items = make([]V, len(all))
	for i := range all {
		p.Items[i] = show(&all[i])
	}
	return p
}

// isPlain refuses a body that is compressed: it would be kept as it is.
func (x *exchange) isPlain() error {
	if given := x.r.Header.Get("Content-Encoding"); given != "" && !strings.EqualFold(given, "identity") {
		x.Header().Set("Accept-Encoding", "identity")
		return badType.with("Content-Encoding is not taken: send the body as it is")
	}
	return nil
}

// isJSON holds a request to a JSON body within the bound.
func (x *exchange) isJSON(bound int64) error {
	if err := x.isPlain(); err != nil {
		return err
	}
	if given := x.r.Header.Get("Content-Type"); given != "application/json" {
		media, params, err := mime.ParseMediaType(given)
		if err != nil || media != "application/json" || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
			x.Header().Set("Accept-Post", "application/json")
			return badType.with("send application/json in UTF-8")
		}
	}
	if x.r.ContentLength > bound {
		return tooLarge.with("more than %d bytes", bound)
	}
	return nil
}

// smallBody bounds the bodies of operators' actions, in bytes.
const smallBody = 64 << 10

// read decodes an operator's action; no body at all is an empty one.
func (x *exchange) read(into any) error {
	if x.r.ContentLength == 0 {
		return nil
	}
	if err := x.isJSON(smallBody); err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.ResponseWriter, x.r.Body, smallBody))
	if err != nil {
		return unread(err)
	}
	if err := json.Unmarshal(body, into, strictly); err != nil {
		return wrongBody(err)
	}
	return nil
}

// strictly reads a body as the contract means it: no member is unknown, none is null
// (of a filter that would be no filter), and 1.0 is a whole number.
var strictly = json.JoinOptions(json.RejectUnknownMembers(true), json.WithUnmarshalers(json.JoinUnmarshalers(
	json.UnmarshalFromFunc(func(dec *jsontext.Decoder, _ any) error {
		if dec.PeekKind() == 'n' {
			return errNull
		}
		return errors.ErrUnsupported
	}),
	json.UnmarshalFromFunc(func(dec *jsontext.Decoder, n *int) error { return readWhole(dec, n) }),
	json.UnmarshalFromFunc(func(dec *jsontext.Decoder, n *int64) error { return readWhole(dec, n) }),
)))

// readWhole reads a number that may have a fraction of nothing.
func readWhole[T int | int64](dec *jsontext.Decoder, into *T) error {
	if dec.PeekKind() != '0' {
		return errors.ErrUnsupported
	}
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		f, err := strconv.ParseFloat(string(raw), 64)
		if n = int64(f); err != nil || math.Abs(f) > 1<<53 || float64(n) != f {
			return errNotWhole
		}
	}
	*into = T(n)
	return nil
}

// unread says why a body could not be read.
func unread(err error) error {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return badRequest.with("the body did not come in time")
	}
	return badRequest.with("the body ended before its length, or its encoding is broken")
}

// named is what a filter or a note names. It is not empty: a variable of a client's that is not
// set would else take all there is.
type named string

var (
	errEmpty    = errors.New("is empty")
	errNull     = errors.New("is null")
	errNotWhole = errors.New("is no whole number")
)

// UnmarshalJSON is json.Unmarshaler's.
func (n *named) UnmarshalJSON(raw []byte) error {
	if err := json.Unmarshal(raw, (*string)(n)); err != nil {
		return err
	}
	if *n == "" {
		return errEmpty
	}
	return nil
}

// wrongBody names what is wrong with an action's body without quoting it.
func wrongBody(err error) error {
	var meaning *json.SemanticError
	var syntax *jsontext.SyntacticError
	one := sdk.Problem{Rule: sdk.RuleSyntax, Why: "is not a JSON object"}
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		one.Rule, one.Why = sdk.RuleDuplicateKey, "has a member twice"
	case errors.Is(err, json.ErrUnknownName) && errors.As(err, &meaning):
		one.Path, one.Rule, one.Why = string(meaning.JSONPointer), sdk.RuleUnknownMember, "is not a member here; names are case-sensitive"
	case errors.Is(err, errEmpty) && errors.As(err, &meaning):
		one.Path, one.Rule, one.Why = string(meaning.JSONPointer), sdk.RuleBlank, "is empty: give it a value or leave it out"
	case errors.Is(err, errNull) && errors.As(err, &meaning):
		one.Path, one.Rule, one.Why = string(meaning.JSONPointer), sdk.RuleType, "is null: give it a value or leave it out"
	case errors.As(err, &meaning):
		one.Path, one.Rule, one.Why = string(meaning.JSONPointer), sdk.RuleType, "is of another type"
	case errors.As(err, &syntax):
		one.Why = fmt.Sprintf("is not valid JSON at byte %d", syntax.ByteOffset)
	}
	return &sdk.ValidationError{Problems: []sdk.Problem{one}}
}
