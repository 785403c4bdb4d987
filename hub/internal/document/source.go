package document

import "github.com/go-json-experiment/json/jsontext"

// source gives the values of a document one after the other. A literal is its text as
// it stands in the document, of which it is a part.
type source interface {
	// peek is the kind of what follows, zero if nothing can.
	peek() jsontext.Kind
	// bracket reads the start or the end of an object or array.
	bracket() error
	// name reads the name of a member.
	name() (literal string, err error)
	// value reads a value with all that is in it.
	value() (literal string, err error)
	// pointer is where the value or name read last is.
	pointer() jsontext.Pointer
}

// decoder is the library as a source.
type decoder struct {
	*jsontext.Decoder
	text string
}

func (d decoder) peek() jsontext.Kind       { return d.PeekKind() }
func (d decoder) pointer() jsontext.Pointer { return d.StackPointer() }
func (d decoder) name() (string, error)     { return d.value() }

func (d decoder) bracket() error {
	_, err := d.ReadToken()
	return err
}

func (d decoder) value() (string, error) {
	raw, err := d.ReadValue()
	if err != nil {
		return "", err
	}
	end := int(d.InputOffset())
	return d.text[end-len(raw) : end], nil
}

// kindOf is the kind of a literal by its first byte; that of all numbers is zero.
func kindOf(first byte) jsontext.Kind {
	if first == '-' || first >= '0' && first <= '9' {
		return '0'
	}
	return jsontext.Kind(first)
}
