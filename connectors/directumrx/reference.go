package directumrx

import (
	"net/http"
	"sync"

	"github.com/appealhub/appealhub/connectors/internal/httpx"
	"github.com/appealhub/appealhub/sdk"
)

// reference is an entity that a property leads to, as it is written.
type reference struct {
	set string
	id  int64
}

// linked writes an entity's references, and those of its rows, in one of the
// two forms that stands take: "Correspondent": {"Id": 5}, or bound,
// "Correspondent@odata.bind": "ICounterparties(5)".
func (o object) linked(bound bool) object {
	out := make(object, len(o))
	for name, value := range o {
		switch v := value.(type) {
		case reference:
			if bound {
				out[name+"@odata.bind"] = key(v.set, v.id)
			} else {
				out[name] = object{"Id": v.id}
			}
		case []object:
			rows := make([]object, len(v))
			for i, row := range v {
				rows[i] = row.linked(bound)
			}
			out[name] = rows
		default:
			out[name] = value
		}
	}
	return out
}

// refers reports whether an entity or one of its rows has references.
func (o object) refers() bool {
	for _, value := range o {
		switch v := value.(type) {
		case reference:
			return true
		case []object:
			for _, row := range v {
				if row.refers() {
					return true
				}
			}
		}
	}
	return false
}

// written sends an entity with its references in the form that the stand takes
// for this kind of write. Until one was taken, a refusal, which means that
// nothing was written, is answered with the other form; if both are refused, the
// first one's words are told.
func (c *Connector) written(op string, entity object, send func(body []byte) error) error {
	attempt := func(bound bool) error {
		body, err := entity.linked(bound).encode()
		if err != nil {
			return sdk.Errorf(sdk.Invalid, op, "request can't be encoded")
		}
		err = send(body)
		if err == nil {
			c.forms.learn(op, bound)
		}
		return err
	}
	if !entity.refers() {
		return attempt(false)
	}
	bound, known := c.forms.of(op)
	first := attempt(bound)
	if known || httpx.StatusOf(first) != http.StatusBadRequest {
		return first
	}
	if second := attempt(!bound); !refused(second) {
		return second
	}
	return first
}

// forms remembers, for each kind of write, whether the stand takes its second
// form and not the first.
type forms struct{ taken sync.Map }

func (f *forms) of(write string) (second, known bool) {
	v, known := f.taken.Load(write)
	second, _ = v.(bool)
	return second, known
}

// learn remembers which form the stand takes; false where that is known already.
func (f *forms) learn(write string, second bool) bool {
	before, known := f.taken.Swap(write, second)
	return !known || before != second
}
