package pos

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/appealhub/appealhub/sdk"
)

const customFieldValues = "customFieldValues"

// customFields flattens customFieldValues, whose shape is not documented. An
// object or a list of {name, value} objects becomes fields of those names;
// whatever has another shape keeps its JSON as the value of a field that is
// named by its place.
func customFields(raw []byte) []sdk.Field {
	if len(raw) == 0 {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return []sdk.Field{{Name: customFieldValues, Value: string(raw)}}
	}
	switch v := v.(type) {
	case nil:
		return nil
	case map[string]any:
		return objectFields(v)
	case []any:
		out := make([]sdk.Field, 0, len(v))
		for i, element := range v {
			out = append(out, elementField(i, element))
		}
		return out
	}
	return []sdk.Field{{Name: customFieldValues, Value: valueText(v)}}
}

func objectFields(v map[string]any) []sdk.Field {
	out := make([]sdk.Field, 0, len(v))
	for _, name := range slices.Sorted(maps.Keys(v)) {
		field := sdk.Field{Name: name, Value: valueText(v[name])}
		if strings.TrimSpace(name) == "" {
			field.Name = customFieldValues
		}
		out = append(out, field)
	}
	return out
}

func elementField(i int, element any) sdk.Field {
	if m, ok := element.(map[string]any); ok {
		if name, value, ok := nameAndValue(m); ok {
			return sdk.Field{Name: name, Value: value}
		}
	}
	return sdk.Field{Name: fmt.Sprintf("%s/%d", customFieldValues, i), Value: valueText(element)}
}

// nameAndValue reads an object that is a name and a value; identifiers and types may
// stand beside them.
func nameAndValue(m map[string]any) (name, value string, ok bool) {
	var found, valued bool
	for _, key := range slices.Sorted(maps.Keys(m)) {
		switch key {
		case "name", "fieldName":
			text, isText := m[key].(string)
			if !isText || found || strings.TrimSpace(text) == "" {
				return "", "", false
			}
			name, found = text, true
		case "value", "fieldValue":
			if valued {
				return "", "", false
			}
			value, valued = valueText(m[key]), true
		case "id", "fieldId", "customFieldId", "type", "code":
		default:
			return "", "", false
		}
	}
	return name, value, found && valued
}

// valueText is a string as it is, nothing for null, and compact JSON with sorted
// members for the rest.
func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil { // what was decoded can be encoded
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
