package route

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// fromAPI is the reserved source of what the hub's own API submits.
const fromAPI = "api"

// CheckLinks returns an error for each name in rules that is not the name of a
// link; api is known as a source and no target.
func CheckLinks(rules []Rule, links ...string) error {
	var errs []error
	unknown := func(i int, field, name string) {
		known := "there are no links"
		if len(links) > 0 {
			known = "links: " + strings.Join(slices.Sorted(slices.Values(links)), ", ")
		}
		errs = append(errs, fmt.Errorf("routes[%d]: %s: %q is not the name of a link; %s", i, field, name, known))
	}
	for i, r := range rules {
		if r.From != fromAPI && !slices.Contains(links, r.From) {
			unknown(i, "from", r.From)
		}
		for _, to := range r.To {
			if !slices.Contains(links, to) {
				unknown(i, "to", to)
			}
		}
	}
	return errors.Join(errs...)
}
