package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Dictionary gives words of an export's columns that are not known one that is:
// each is compared as that one. There is no public list of the portal's words.
type Dictionary map[string]map[string]string

// ParseDictionary reads a dictionary: under stage, status and decision each word
// with the known one that it stands for.
func ParseDictionary(data []byte) (Dictionary, error) {
	var file map[string]map[string]string
	in := yaml.NewDecoder(bytes.NewReader(data))
	if err := in.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := in.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one document in it")
	}
	out := Dictionary{}
	var errs []error
	for _, column := range slices.Sorted(maps.Keys(file)) {
		known := knownWords(column)
		if known == nil {
			errs = append(errs, fmt.Errorf("%s: is none of stage, status, decision", column))
			continue
		}
		out[column] = map[string]string{}
		for _, word := range slices.Sorted(maps.Keys(file[column])) {
			means, key := canonical(file[column][word]), canonical(word)
			if other, again := out[column][key]; again && other != means {
				errs = append(errs, fmt.Errorf("%s: «%s» is there in another spelling, and stands for «%s» there", column, word, other))
			}
			if slices.Contains(known, key) && key != means {
				errs = append(errs, fmt.Errorf("%s: «%s» is known, and stands for itself", column, word))
			}
			if !slices.Contains(known, means) {
				errs = append(errs, fmt.Errorf("%s: «%s» stands for «%s», which is none of «%s»", column, word, file[column][word], strings.Join(known, "», «")))
			}
			out[column][key] = means
		}
	}
	return out, errors.Join(errs...)
}

// knownWords lists the words of a column that are compared, in order; nil for no
// column that has words.
func knownWords(column string) []string {
	if column == "decision" {
		return slices.Sorted(maps.Keys(decisions))
	}
	return slices.Sorted(maps.Keys(ends[column]))
}

// Translate puts the known words into a row, and returns the file's own, by column.
func (d Dictionary) Translate(r *Row) (own map[string]string) {
	for column, into := range map[string]*string{"stage": &r.Stage, "status": &r.Status, "decision": &r.Decision} {
		if means, ok := d[column][canonical(*into)]; ok {
			if own == nil {
				own = map[string]string{}
			}
			own[column], *into = *into, means
		}
	}
	return own
}
