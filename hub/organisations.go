package hub

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/appealhub/appealhub/hub/deadline"
	"github.com/appealhub/appealhub/sdk"
)

// organisation is one body that the hub serves.
type organisation struct {
	key   string // as configuration and journal name it
	name  string
	terms *deadline.Practice
	codes []string // by which sources address it: ПОС opaIds, taxpayer numbers
}

// organisations tells whose an appeal is.
type organisations struct {
	byKey  map[string]organisation
	byCode map[string]string  // addressee code → key
	byLink map[string]string  // link → key that its configuration names
	sole   string             // the key where there is one organisation
	none   *deadline.Practice // of appeals that are nobody's yet
}

// newOrganisations indexes the organisations and the keys that links name; nobodys
// is the practice for appeals that are nobody's yet. An
// error names each code that two of them claim and each key that is none of
// theirs.
func newOrganisations(all []organisation, nobodys *deadline.Practice, byLink map[string]string) (*organisations, error) {
	o := &organisations{byKey: map[string]organisation{}, byCode: map[string]string{}, byLink: byLink, none: nobodys}
	var errs []error
	for _, one := range all {
		if _, twice := o.byKey[one.key]; twice {
			errs = append(errs, fmt.Errorf("organisations.%s is there twice", one.key))
		}
		o.byKey[one.key] = one
		for _, code := range one.codes {
			if other, taken := o.byCode[code]; taken && other != one.key {
				errs = append(errs, fmt.Errorf("organisations.%s.codes: %s is %s's too", one.key, code, other))
			}
			o.byCode[code] = one.key
		}
	}
	for _, link := range sortedLinks(byLink) {
		if key := byLink[link]; key != "" && o.byKey[key].key == "" {
			errs = append(errs, fmt.Errorf("links.%s.organisation: %q is not among the organisations", link, key))
		}
	}
	if len(all) == 1 {
		o.sole = all[0].key
	}
	return o, errors.Join(errs...)
}

func sortedLinks(byLink map[string]string) []string {
	var out []string
	for link := range byLink {
		out = append(out, link)
	}
	slices.Sort(out)
	return out
}

// resolve returns the key of the organisation that a is addressed to: the one a
// names itself, else the one that has its addressee's code or taxpayer number,
// else the one that its link's configuration names, else the only one there is.
// A name of nobody's and two codes that disagree are not guessed about: false.
func (o *organisations) resolve(a *sdk.Appeal, linkOrganisation string) (key string, ok bool) {
	if a.Organisation != "" {
		_, ok := o.byKey[a.Organisation]
		return a.Organisation, ok
	}
	byCode, byINN := o.byCode[a.Addressee.Code], o.byCode[a.Addressee.INN]
	switch {
	case byCode != "" && byINN != "" && byCode != byINN:
		return "", false
	case byCode != "":
		return byCode, true
	case byINN != "":
		return byINN, true
	case linkOrganisation != "":
		_, ok := o.byKey[linkOrganisation]
		return linkOrganisation, ok
	}
	return o.sole, o.sole != ""
}

// practice is how the organisation with the key counts its terms.
func (o *organisations) practice(key string) *deadline.Practice {
	if one, ok := o.byKey[key]; ok {
		return one.terms
	}
	return o.none
}

// practices are how each organisation counts its terms.
func (o *organisations) practices() map[string]*deadline.Practice {
	all := map[string]*deadline.Practice{}
	for key, one := range o.byKey {
		all[key] = one.terms
	}
	return all
}

// calendars are one practice for each calendar that there is: nearly all
// organisations share one.
func (o *organisations) calendars() []*deadline.Practice {
	all := []*deadline.Practice{o.none}
	seen := map[*deadline.Engine]bool{o.none.Engine: true}
	for _, key := range o.keys() {
		if p := o.byKey[key].terms; !seen[p.Engine] {
			seen[p.Engine] = true
			all = append(all, p)
		}
	}
	return all
}

// keys lists the organisations, in order.
func (o *organisations) keys() []string { return slices.Sorted(maps.Keys(o.byKey)) }

// zoneOf is the time zone of the organisation that a link's configuration names,
// or of the only one there is; nil where that is not known.
func (o *organisations) zoneOf(link string) *time.Location {
	key := o.byLink[link]
	if key == "" {
		key = o.sole
	}
	if one, ok := o.byKey[key]; ok {
		return one.terms.Zone
	}
	return nil
}
