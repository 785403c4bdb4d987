package pos

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// contentStart is where a page's items begin.
var contentStart = regexp.MustCompile(`"content"\s*:\s*\[`)

// holdsItems tells a page that an item broke from an answer that is no page.
func holdsItems(body []byte) bool { return contentStart.Match(body) }

// springSize is the size of a page where neither side names one.
const springSize = 20

var sizeMember = regexp.MustCompile(`"size"\s*:\s*([0-9]{1,4})\b`)

// sizeOf is the size of the page that body is: the configured one, or the
// page's own word, which follows the items.
func (c config) sizeOf(body []byte) int {
	if c.pageSize > 0 {
		return c.pageSize
	}
	if all := sizeMember.FindAllSubmatch(body, -1); all != nil {
		if n, err := strconv.Atoi(string(all[len(all)-1][1])); err == nil && n > 0 {
			return n
		}
	}
	return springSize
}

// oneByOne reads a page whose JSON is broken again, in pages of one item: the
// item that breaks it is rejected, those beside it are not held up. The broken
// item is not acknowledged: what the platform meant by it is not known, and once
// it is whole it is taken like any other. Where no page of one can be read the
// platform is broken, not an item.
func (c *Connector) oneByOne(ctx context.Context, number, size int) (sdk.Page[sdk.Appeal], error) {
	var out sdk.Page[sdk.Appeal]
	var broken error
	read := 0
	for i := number * size; i < (number+1)*size; i++ {
		body, wire, err := c.readItem(ctx, i)
		if errors.Is(err, httpx.ErrBroken) && holdsItems(body) {
			out.Rejected, broken = append(out.Rejected, brokenItem(body)), err
			continue
		}
		if err != nil {
			return sdk.Page[sdk.Appeal]{}, err
		}
		read++
		one := c.mapping().page(wire.Content)
		out.Items, out.Rejected = append(out.Items, one.Items...), append(out.Rejected, one.Rejected...)
		if !wire.goesOn(i) {
			return out, nil
		}
	}
	if read == 0 {
		return sdk.Page[sdk.Appeal]{}, broken
	}
	out.More, out.Volatile, out.Next = true, true, sdk.Cursor(strconv.Itoa(number+1))
	return out, nil
}

// readItem reads a page of one item. A broken one is read a second time: what
// an item breaks is broken again in the same way.
func (c *Connector) readItem(ctx context.Context, i int) (body []byte, wire page, err error) {
	query := pageQuery(i, 1)
	body, wire, err = c.readPage(ctx, query)
	if !errors.Is(err, httpx.ErrBroken) {
		return body, wire, err
	}
	return c.readPage(ctx, query)
}

// brokenItem keeps the bytes of the item on a page of one; the page's counters
// around it change from one reading to the next and are left out.
func brokenItem(body []byte) sdk.Raw {
	item := body[contentStart.FindIndex(body)[1]:]
	if end := bytes.LastIndexByte(item, ']'); end > 0 {
		item = item[:end]
	}
	return sdk.Raw{RefID: leadingID(item), Body: item, Reason: "item is not JSON"}
}

// RereadAppeal reads an item that was rejected once more.
func (c *Connector) RereadAppeal(_ context.Context, body []byte) (sdk.Appeal, error) {
	a, err := c.mapping().appeal(body)
	a.AckID = "" // the platform was told, or serves it still
	return a, err
}

// leadingID returns the id of an item that is broken behind it; empty where it
// can't be told.
func leadingID(item []byte) string {
	dec := jsontext.NewDecoder(bytes.NewReader(item))
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '{' {
		return ""
	}
	for {
		name, err := dec.ReadToken()
		if err != nil || name.Kind() != '"' {
			return ""
		}
		if name.String() != "id" {
			if dec.SkipValue() != nil {
				return ""
			}
			continue
		}
		var id identifier
		value, err := dec.ReadValue()
		if err != nil || json.Unmarshal(value, &id) != nil {
			return ""
		}
		return string(id)
	}
}
