package cli

import "time"

// showAppeal prints an appeal's state for people: no personal data.
func (a *app) showAppeal(d document) error {
	zone, err := time.LoadLocation(d.text("time_zone"))
	if err != nil {
		zone = time.UTC
	}
	for _, f := range []struct{ name, path string }{
		{"id", "id"}, {"kind", "view.kind"}, {"status", "view.status"}, {"outcome", "view.outcome"}, {"parked", "view.parked"},
		{"organisation", "view.organisation"}, {"received", "view.received_at"}, {"due", "view.due"}, {"lead", "view.lead"},
		{"targets", "view.targets"}, {"revision", "view.revision"},
	} {
		v := d.text(f.path)
		if f.path == "view.received_at" {
			v = d.moment(f.path, zone)
		}
		if f.path == "view.due" && d.text("view.provisional") == "true" {
			v += " (PROVISIONAL: its calendar may still change, or is missing)"
		}
		if v == "" {
			continue
		}
		if err := a.line("%-13s %s", f.name, printable(v)); err != nil {
			return err
		}
	}
	for _, r := range d.list("refs") {
		if err := a.line("%-13s %s", "known as", printable(r.text("link")+"/"+r.text("id"))); err != nil {
			return err
		}
	}
	if all := d.list("deliveries"); len(all) > 0 {
		if err := a.line(""); err != nil {
			return err
		}
		return a.rows(deliveryColumns(), all)
	}
	return nil
}
