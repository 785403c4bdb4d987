package sdk

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// The forms of names in a Spec. Configuration folds the keys of options to lower
// case: another form could never be given.
var (
	specName   = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	optionName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// linkOptions are the options that every link has; they don't reach a connector.
var linkOptions = []string{"poll", "proxy", "timestamps", "tls"}

// Validate returns every fault of s, joined: a name of another form than its
// field says, an option that is there twice or is every link's own (poll, proxy,
// timestamps, tls), no Open. The hub refuses to work with such a Spec.
func (s Spec) Validate() error {
	var errs []error
	fail := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	fail(!specName.MatchString(s.Name), "name %q is not lower case letters and digits", s.Name)
	fail(s.Open == nil, "Open is nil")
	for i, o := range s.Options {
		fail(!optionName.MatchString(o.Name), "option %q is not lower case with underscores", o.Name)
		fail(slices.Contains(linkOptions, o.Name), "option %q is one that every link has: it does not reach the connector", o.Name)
		fail(slices.ContainsFunc(s.Options[:i], func(before Option) bool { return before.Name == o.Name }), "option %q is there twice", o.Name)
		fail(o.Required && o.Default != "", "option %q is required and has a default", o.Name)
	}
	return errors.Join(errs...)
}
