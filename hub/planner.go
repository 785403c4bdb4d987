package hub

import (
	"errors"
	"fmt"
	"slices"

	"github.com/appealhub/appealhub/hub/journal"
	"github.com/appealhub/appealhub/hub/link"
	"github.com/appealhub/appealhub/hub/route"
)

// planner decides what an event leads to: the appeal's status and term, and the
// deliveries. It is pure but for report.
//
// Nothing goes back to the link an event came from, and nothing to a link that
// can't take it or that configuration no longer has; the view still names it.
type planner struct {
	routes *route.Table
	orgs   *organisations
	links  map[string]link.Abilities
	report func(err error) // told of conditions that fail; nil: nobody is
}

var _ journal.Planner = (*planner)(nil)

// newPlanner makes the planner of a hub with the links given, by name.
func newPlanner(routes *route.Table, orgs *organisations, links map[string]link.Abilities) *planner {
	return &planner{routes: routes, orgs: orgs, links: links}
}

// Plan returns what the event leads to. A kind that leads to nothing returns
// the view as it is.
func (p *planner) Plan(s journal.State, in journal.Input) journal.Plan {
	d := &draft{planner: p, before: s, in: in, view: s.View}
	d.view.Targets = slices.Clone(s.View.Targets)
	switch {
	case in.Appeal != nil:
		d.appeal(in.Appeal)
	case in.Change != nil:
		d.change(in.Change)
	case in.Kind == journal.DeliveryDone && in.Done != nil:
		d.done(in.Done)
	}
	d.settleTerms()
	return journal.Plan{View: d.view, Reason: d.reason, Steps: d.steps, Deadlines: d.deadlines, Notices: d.notices}
}

// draft is a plan in the making.
type draft struct {
	*planner
	before    journal.State
	in        journal.Input
	view      journal.View
	terms     terms
	reason    journal.Reason
	steps     []journal.Step
	deadlines []journal.Deadline
	notices   []journal.Notice
}

// add plans a step if the link may have it.
func (d *draft) add(s journal.Step) {
	if s.Link != d.in.Link {
		d.steps = append(d.steps, s)
	}
}

// targets returns a *ConfigError that names each route to a link that can't
// take appeals.
func (c Config) targets(links map[string]link.Abilities) error {
	v := &validator{cfg: c}
	v.placed(checkRoutes(c.Routes, links), "routes", "name a link to a system that registers appeals; one that is told of terms needs no route")
	return configError(v.faults)
}

// checkRoutes returns an error for each target of a route that can't take
// appeals: what it would get would go nowhere.
func checkRoutes(rules []route.Rule, links map[string]link.Abilities) error {
	var errs []error
	for i, r := range rules {
		for _, to := range r.To {
			if can, known := links[to]; known && !can.AppealSink {
				errs = append(errs, fmt.Errorf("routes[%d]: to: the connector of %s takes no appeals", i, to))
			}
		}
	}
	return errors.Join(errs...)
}
